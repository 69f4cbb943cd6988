"""One clear line for what is wrong, and the exit code that says so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*words: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from reprieve.config.cli import main; main(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("dance",), "command"),
        (("score", "no-such-scale", "x.json"), "no-such-scale"),
        (("score", "peg", "/no/such/file.json"), "file"),
        (("simulate", "--model", "kamp2020"), "weight"),
        (("criteria", "budapest"), "FACTS"),
    ],
)
def test_bad_input_is_one_line_and_two(words: tuple[str, ...], named: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("reprieve: ") or done.stderr.startswith("reprieve ")
    assert done.stderr.count("\n") == 1
    assert named in done.stderr


def test_a_score_as_json(tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text('{"answers": [4, 5, 6]}')
    done = run("score", "peg", str(answers), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["total"] == 5


def test_who_stops_reading_gets_no_complaint() -> None:
    minutes = ",".join(str(n) for n in range(1, 3000))
    code = (
        "from reprieve.config.cli import main; main(['simulate', '--model', 'kamp2020',"
        f" '--weight-kg', '70', '--infuse', '20:0:40', '--at-min', '{minutes}'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
