"""Diagnoses by code and by words, from the release that the package carries."""

import pytest

from reprieve.clinical import conditions, icd10


def test_every_condition_of_the_clinic_is_a_billable_code_today() -> None:
    assert [code for code in conditions.conditions() if icd10.find(code) is None] == []


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("G90.511", "Complex regional pain syndrome I of right upper limb"),
        (" g35.a ", "Relapsing-remitting multiple sclerosis"),
        ("S14.109S", "Unspecified injury at unspecified level of cervical spinal cord, sequela"),
        ("T41.295A", "Adverse effect of other general anesthetics, initial encounter"),
        ("H40.20X0", "Unspecified primary angle-closure glaucoma, stage unspecified"),
    ],
)
def test_a_code_is_found_with_its_description(code: str, label: str) -> None:
    found = icd10.find(code)
    assert found is not None
    assert (found.code, found.label) == (code.strip().upper(), label)


@pytest.mark.parametrize("code", ["", "G35", "G90.51", "S14.109", "I71.4", "nonsense"])
def test_what_cannot_be_billed_is_no_diagnosis(code: str) -> None:
    assert icd10.find(code) is None


def test_words_are_all_needed_and_codes_may_be_begun() -> None:
    assert [d.code for d in icd10.search("pain complex regional right upper")] == ["G90.511"]
    assert {d.code for d in icd10.search("g90.51")} == {"G90.511", "G90.512", "G90.513", "G90.519"}
    assert icd10.search("fibromyalgia")[0].code == "M79.7"
    assert icd10.search("  ") == icd10.search("no such illness anywhere") == []
    assert len(icd10.search("injury")) == icd10.MOST


def test_the_release_is_named() -> None:
    assert icd10.release()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icd10, "PACKAGE", "no_such_package")
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        icd10.release()
