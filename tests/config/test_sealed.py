"""A sealed file opens whole with its own key, or not at all."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reprieve.config import retention, sealed
from reprieve.knowledge import BadValue

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
PIECE = sealed.PIECE_BYTES


def written(content: bytes) -> bytes:
    out = io.BytesIO()
    sealer = sealed.Sealer(out, KEY)
    for start in range(0, len(content), 700_001):
        sealer.write(content[start : start + 700_001])
    sealer.close()
    return out.getvalue()


def opened(file: bytes, key: bytes = KEY) -> bytes:
    return sealed.Opener(io.BytesIO(file), key).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7])
def test_what_was_sealed_comes_out_again(size: int) -> None:
    content = bytes(size % 251 for size in range(size))
    file = written(content)
    assert opened(file) == content
    assert content[:64] not in file or size < 2
    reader = sealed.Opener(io.BytesIO(file), KEY)
    assert b"".join(iter(lambda: reader.read(300_000), b"")) == content


def test_the_same_content_never_looks_the_same() -> None:
    assert written(b"x" * 50) != written(b"x" * 50)


def damaged() -> dict[str, bytes]:
    whole = written(bytes(2 * PIECE + 9))
    head, piece = len(sealed.MAGIC) + sealed.SALT_BYTES, PIECE + sealed.TAG_BYTES
    first, second = whole[head : head + piece], whole[head + piece : head + 2 * piece]
    rest = whole[head + 2 * piece :]
    return {
        "a changed byte": whole[:-1] + bytes([whole[-1] ^ 1]),
        "cut off at a piece": whole[: head + 2 * piece],
        "cut off inside one": whole[:-3],
        "two pieces exchanged": whole[:head] + second + first + rest,
        "a piece twice": whole[:head] + first + first + second + rest,
        "something after the end": whole + b"more",
        "another salt": sealed.MAGIC + bytes(32) + whole[head:],
        "another kind of file": b"PK" + whole,
        "nothing": b"",
        "only a head": whole[:head],
    }


@pytest.mark.parametrize(("what", "file"), list(damaged().items()), ids=list(damaged()))
def test_what_was_touched_does_not_open(what: str, file: bytes) -> None:
    with pytest.raises(BadValue, match="file"):
        opened(file)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(BadValue, match="the key is another one"):
        opened(written(b"x"), OTHER)


class TestKey:
    def test_it_comes_from_a_file_or_the_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "key").write_text(KEY.hex() + "\n")
        assert sealed.key(str(tmp_path / "key")) == KEY
        monkeypatch.setenv(sealed.VARIABLE, OTHER.hex())
        assert sealed.key() == OTHER

    @pytest.mark.parametrize("text", ["", "ab", "zz" * 32, "ab" * 31, "ab" * 33])
    def test_what_is_none_is_named(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(sealed.VARIABLE, text)
        with pytest.raises(BadValue, match=sealed.VARIABLE):
            sealed.key()

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(BadValue, match="key-file"):
            sealed.key(str(tmp_path / "none"))


class TestRetention:
    KEEP = retention.Keep(days=3, weeks=2, months=2)

    def test_the_newest_of_each_period_is_kept(self) -> None:
        end = datetime(2026, 11, 27, 18, tzinfo=UTC)
        made = [end - timedelta(hours=12 * n) for n in range(200)]
        kept = sorted(retention.kept(made, self.KEEP), reverse=True)
        days = [end - timedelta(days=n) for n in (0, 1, 2)]
        sunday = datetime(2026, 11, 22, 18, tzinfo=UTC)
        october = datetime(2026, 10, 31, 18, tzinfo=UTC)
        assert kept == [*days, sunday, october]

    def test_the_newest_always_stays(self) -> None:
        none = retention.Keep(days=0, weeks=0, months=0)
        at = datetime(2026, 1, 1, tzinfo=UTC)
        assert retention.kept([at, at - timedelta(days=1)], none) == {at}
        assert retention.kept([], none) == set()
