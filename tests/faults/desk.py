"""A front desk that types calls in, one after the other, and repeats what got no answer."""

from __future__ import annotations

import http.client
import threading
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

ANSWER_S = 4.0  # then a person presses again
PAUSE_S = 0.25
SAVED = 302
TOKEN = "c" * 32


@dataclass
class Desk(threading.Thread):
    """`typed` and `acknowledged` hold the acts' numbers by the caller's name."""

    port: int
    cookie: str
    typed: dict[str, uuid.UUID] = field(default_factory=dict)
    acknowledged: dict[str, uuid.UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._stopping = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def finish(self) -> None:
        """This function will stop typing after the present call."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        """Type calls until told to finish."""
        number = 0
        while not self._stopping.is_set():
            name, act = f"Caller{number}", uuid.uuid4()
            self.typed[name] = act
            while not (saved := self._is_saved(name, act)) and not self._stopping.is_set():
                self._stopping.wait(PAUSE_S)
            if saved:
                self.acknowledged[name] = act
            number += 1
            self._stopping.wait(PAUSE_S)

    def _is_saved(self, name: str, act: uuid.UUID) -> bool:
        """A call is saved when the answer leads to the caller's page."""
        said = {
            "act": act, "source": "call", "given": name, "family": "Invented", "same": "new",
            "phone": "+15550100000", "message": "Two years of pain.", "language": "en",
            "csrfmiddlewaretoken": TOKEN,
        }  # fmt: skip
        headers = {
            "Cookie": f"sessionid={self.cookie}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        try:
            line.request("POST", "/inbox/new", urlencode(said), headers)
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        leads_to = answer.headers.get("Location", "")
        return answer.status == SAVED and leads_to.startswith("/patients/")
