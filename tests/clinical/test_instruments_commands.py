"""The `score` and `criteria` commands: JSON out, one clear line and exit code 2 on bad input."""

import json
from pathlib import Path

import pytest

from reprieve.clinical.instruments.strictjson import LARGEST_BYTES
from reprieve.config.cli import call


def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, *args: str, file: bytes
) -> tuple[int, str, str]:
    path = tmp_path / "in.json"
    path.write_bytes(file)
    code = call([*args, str(path), "--json"])
    out, err = capsys.readouterr()
    return code, out, err


def test_score(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(capsys, tmp_path, "score", "peg", file=b"\xef\xbb\xbf[7, 6, 5]")
    assert (code, err) == (0, "")
    assert json.loads(out)["total"] == 6.0


def test_criteria(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = b'{"lesion_or_disease_history": false}'
    code, out, _ = run(capsys, tmp_path, "criteria", "neuropathic-grading", file=file)
    assert code == 0
    assert json.loads(out)["met"] == "no"


@pytest.mark.parametrize(
    ("command", "name", "file", "says"),
    [
        ("score", "peg", b"[7, 6", "not valid JSON"),
        ("score", "peg", b"", "not valid JSON"),
        ("score", "peg", b"\xff\xfe", "not valid JSON"),
        ("score", "peg", b"[7, 6, NaN]", "NaN"),
        ("score", "peg", b"[7, 6, 1e999]", "activity"),
        ("score", "peg", b"[7, 6, " + b"9" * 5000 + b"]", "not valid JSON"),
        ("score", "peg", b"[7, 6, " + b"9" * 400 + b"]", "activity"),
        ("score", "peg", b"[" * 100_000, "nested too deeply"),
        ("score", "peg", b'{"answers": {"pain": 1, "pain": 2}}', "pain: given twice"),
        ("score", "../peg", b"[7, 6, 5]", "unknown '../peg'"),
        ("criteria", "budapest", b'{"pain": true}', "pain: unknown fact"),
        ("criteria", "budapest", b"[]", "facts"),
        ("criteria", "cluster", b"{}", "unknown 'cluster'"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
    name: str,
    file: bytes,
    says: str,
) -> None:
    code, out, err = run(capsys, tmp_path, command, name, file=file)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_a_file_that_is_missing_a_folder_or_too_large(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (LARGEST_BYTES + 1))
    for path, says in ((tmp_path / "no.json", "No such file"), (tmp_path, ""), (large, "larger")):
        assert call(["score", "peg", str(path)]) == 2
        err = capsys.readouterr().err
        assert says in err
        assert err.count("\n") == 1
