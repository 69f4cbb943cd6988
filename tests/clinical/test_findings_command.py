import json

import pytest

from reprieve.config import cli


@pytest.fixture
def ask(tmp_path, capsys):
    def run(content, *more, step="start"):
        file = tmp_path / "facts.json"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = cli.call(["findings", str(file), "--step", step, *more])
        return code, *capsys.readouterr()

    return run


def test_findings_come_heaviest_first_with_what_is_unknown(ask):
    facts = {"sbp_mmhg": 185, "dbp_mmhg": 90, "medicines": ["lamotrigine"], "age_years": 40}
    code, out, err = ask(json.dumps(facts), "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["step"] == "start"
    assert answer["blocked"] is True
    first = answer["findings"][0]
    assert first["rule"] == "blood-pressure-stop"
    assert (first["severity"], first["outcome"], first["overridable"]) == ("STOP", "finds", False)
    assert first["saw"] == {"sbp_mmhg": 185, "dbp_mmhg": 90}
    assert all(first[key] for key in ("says", "because", "source", "version"))
    assert first["verified"] is False
    assert {"identity_confirmed", "spo2_percent"} <= set(answer["unknown"])
    assert "age-under-18" in answer["clear"]
    unknown = next(f for f in answer["findings"] if f["rule"] == "aneurysm")
    assert unknown["outcome"] == "unknown"
    assert unknown["needs"] == ["aneurysm"]
    assert unknown["asks"] == ["Is an aneurysm known (aorta, brain or limb)?"]
    order = [f["severity"] for f in answer["findings"]]
    assert order == sorted(order, key=["STOP", "HOLD", "WARN-HIGH", "WARN"].index)


def test_words_for_people_mark_what_is_unconfirmed(ask):
    code, out, _ = ask('{"pregnant": true}', step="evaluation")
    assert code == 0
    assert "STOP      finds   pregnancy: The patient is pregnant." in out
    assert "Not known: age_years. How old is the patient today? (" in out
    assert "[to be confirmed]" in out
    assert out.endswith("evaluation: blocked\n")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", "FACTS.json: not valid JSON"),
        ("[]", "facts: must be an object"),
        ("3", "facts: must be an object"),
        ('{"sbp_mmhg": NaN}', "FACTS.json: NaN is not a JSON number"),
        ('{"sbp_mmhg": 1e999}', "sbp_mmhg: must be within"),
        ('{"sbp_mmhg": 12}', "sbp_mmhg: must be within 40 to 300"),
        ('{"sbp_mmhg": 120, "sbp_mmhg": 121}', "sbp_mmhg: given twice"),
        ('{"sbp_mmgh": 120}', "sbp_mmgh: unknown fact name; did you mean sbp_mmhg?"),
        ('{"pregnant": "no"}', "pregnant: must be true or false"),
        (b"\xff\xfe{", "FACTS.json: not valid JSON"),
        ("[" * 100_000, "FACTS.json: nested too deeply"),
        (" " * 1_000_001, "FACTS.json: larger than"),
    ],
)
def test_bad_input_leaves_with_two_and_one_line(ask, content, error):
    code, out, err = ask(content, "--json")
    assert (code, out) == (2, "")
    assert err.startswith(f"reprieve: {error}")
    assert err.count("\n") == 1


def test_missing_file_and_unknown_step_are_named(capsys, tmp_path):
    assert cli.call(["findings", str(tmp_path / "no.json"), "--step", "start"]) == 2
    assert "FACTS.json: cannot be read" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        cli.call(["findings", "x.json", "--step", "lunch"])
    assert "--step" in capsys.readouterr().err


def test_byte_order_mark_and_decimal_are_read(ask):
    code, out, _ = ask(b'\xef\xbb\xbf{"solids_fasted_h": 5.5}', "--json")
    assert code == 0
    found = {f["rule"]: f for f in json.loads(out)["findings"]}
    assert found["fasting-solids"]["saw"] == {"solids_fasted_h": 5.5}
