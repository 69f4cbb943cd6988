"""Who a patient is: encrypted versions, and keyed blind indexes for search and duplicates."""

from __future__ import annotations

import hmac
import re
import unicodedata
import uuid
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

import orjson

from reprieve.knowledge import BadValue
from reprieve.records import keys
from reprieve.records.models import IdentityIndex, Patient, PatientIdentity

TOKEN_BYTES = 16
PREFIX_LETTERS = 3
MOST_COMPARED = 10  # a national number; what stands before it is the country or a trunk code
EXTENSION = re.compile(r"(?i)\s*(?:x|ext|#|;)")
FEWEST_DIGITS, MOST_DIGITS = 7, 21  # a local number; the longest of E.164 with an extension


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What identifies a person. `phone` is as typed; an empty text is 'not given'.

    `caregiver` is a guardian or caregiver: the name, and what they are to the patient.
    """

    given: str
    family: str
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    mrn: str = ""
    sex: str = ""
    caregiver: str = ""
    caregiver_phone: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.given} {self.family}".strip()

    @property
    def short_name(self) -> str:
        """First name and initial, for the board."""
        return f"{self.given} {self.family[:1]}.".strip() if self.family else self.given


def save(
    *, patient: Patient, identity: Identity, at: datetime, by: uuid.UUID | None
) -> PatientIdentity:
    """This function will store a version of an identity and renew the patient's blind indexes."""
    if not identity.full_name:
        raise BadValue("name", "is needed")
    row = PatientIdentity(patient=patient, clinic_id=patient.clinic_id, recorded_at=at, by_id=by)
    row.ciphertext = keys.encrypt(
        patient.clinic_id, orjson.dumps(asdict(identity)), about=_about(row.pk)
    )
    row.save(force_insert=True)
    IdentityIndex.of(patient.clinic_id).filter(patient=patient).delete()
    IdentityIndex.objects.every().bulk_create(
        IdentityIndex(clinic_id=patient.clinic_id, patient=patient, kind=kind, token=token)
        for kind, token in sorted(tokens(patient.clinic_id, identity))
    )
    return row


def read(row: PatientIdentity) -> Identity:
    """This function will decrypt one version of an identity."""
    plain = keys.decrypt(row.clinic_id, row.ciphertext, about=_about(row.pk))
    known = {f.name for f in fields(Identity)}
    values = {k: v for k, v in orjson.loads(plain).items() if k in known}
    if values.get("birth_date"):
        values["birth_date"] = date.fromisoformat(values["birth_date"])
    return Identity(**values)


def newest(clinic: uuid.UUID, patients: list[uuid.UUID]) -> dict[uuid.UUID, Identity]:
    """This function will return the newest identity of each patient named."""
    rows = PatientIdentity.of(clinic).filter(patient_id__in=patients).order_by("recorded_at", "id")
    latest = {row.patient_id: row for row in rows}
    return {patient: read(row) for patient, row in latest.items()}


def tokens(clinic: uuid.UUID, identity: Identity) -> set[tuple[str, bytes]]:
    """This function will return the blind tokens of an identity: words, prefixes, exact values."""
    found: set[tuple[str, bytes]] = set()
    for word in words(identity.full_name):
        found.add(("name", token(clinic, "name", word)))
        found.add(("prefix", token(clinic, "prefix", word[:PREFIX_LETTERS])))
    exact = {
        "birth": identity.birth_date.isoformat() if identity.birth_date else "",
        "phone": digits(identity.phone),
        "email": identity.email.strip().lower(),
        "mrn": identity.mrn.strip().upper(),
    }
    return found | {(kind, token(clinic, kind, value)) for kind, value in exact.items() if value}


def token(clinic: uuid.UUID, kind: str, value: str) -> bytes:
    """This function will return the keyed hash of one identifier, the same for the same value."""
    key = keys.purpose_key(clinic, f"index:{kind}")
    return hmac.digest(key, value.encode(), "sha256")[:TOKEN_BYTES]


def words(name: str) -> list[str]:
    """This function will split a name into plain lower-case words without accents."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain) or re.findall(r"\w+", name.lower())


def digits(phone: str) -> str:
    """This function will keep a phone number's digits, the last ten, as people compare them.

    An extension behind the number is left out: nobody is called or texted by it alone.
    """
    return re.sub(r"\D", "", EXTENSION.split(phone, maxsplit=1)[0])[-MOST_COMPARED:]


def endings(phone: str) -> list[str]:
    """This function will list what a number may be kept as, longest first.

    A gateway names a number whole; at the desk it may have been written as it is dialled in town.
    """
    known = digits(phone)
    return [known[-count:] for count in range(len(known), FEWEST_DIGITS - 1, -1)]


def same_phone(one: str, other: str) -> bool:
    """This function will tell whether two numbers are one telephone, the shorter as in town."""
    short, long = sorted((digits(one), digits(other)), key=len)
    return len(short) >= FEWEST_DIGITS and long.endswith(short)


def is_phone(text: str) -> bool:
    """This function will tell whether a text can be dialled, whatever its spaces and signs."""
    enough = FEWEST_DIGITS <= len(re.sub(r"\D", "", text)) <= MOST_DIGITS
    return enough and bool(re.fullmatch(r"\+?[\d ()./-]{1,40}(?: ?(?:x|ext\.?) ?\d{1,6})?", text))


def _about(row: uuid.UUID) -> str:
    return f"identity:{row}"
