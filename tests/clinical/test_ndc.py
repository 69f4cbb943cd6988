"""The national drug code: how it may be written, and which ten digits it stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.clinical import ndc
from reprieve.knowledge import BadValue


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("0000-0451-10", {"0000045110"}),
        ("00000-451-10", {"0000045110"}),
        ("00000-4511-0", {"0000045110"}),
        (" 0000045110 ", {"0000045110"}),
        # Billing's eleven: 4-4-2, 5-3-2 and 5-4-1 filled up, as far as a nought stands there.
        ("01234-5678-90", {"1234567890"}),
        ("12345-0678-90", {"1234567890"}),
        ("12345-6789-01", {"1234567891"}),
        ("01234-0678-09", {"1234067809", "0123467809", "0123406789"}),
        ("12345-6789-10", set()),
    ],
)
def test_a_code_is_kept_as_typed_and_stands_for_ten_digits(typed: str, digits: set[str]) -> None:
    code = ndc.read(typed)
    assert code == typed.strip()
    assert ndc.ten_digits(code) == digits


def test_none_stays_none() -> None:
    assert ndc.read("  ") == ""
    assert ndc.ten_digits("") == frozenset()


@pytest.mark.parametrize(
    "typed",
    ["00000-451-1", "0000-451-100", "000004511", "00000045110", "0000-0451-1O", "00000 451 10",
     "٠٠٠٠٠-٤٥١-١٠", "NDC 00000-451-10", "00000-451-10\n-", "unknown", "000-00000-00"],
)  # fmt: skip
def test_what_is_no_code_is_refused_by_name(typed: str) -> None:
    with pytest.raises(BadValue, match="5-3-2") as refused:
        ndc.read(typed)
    assert refused.value.field == "ndc"


@given(
    st.sampled_from([(4, 4, 2), (5, 3, 2), (5, 4, 1)]),
    st.text(alphabet="0123456789", min_size=10, max_size=10),
)
def test_billings_eleven_digits_stand_for_the_labels_ten(
    lengths: tuple[int, int, int], digits: str
) -> None:
    labeler, product, _package = lengths
    parts = digits[:labeler], digits[labeler : labeler + product], digits[labeler + product :]
    label = ndc.read("-".join(parts))
    billed = ndc.read("-".join(part.zfill(n) for part, n in zip(parts, (5, 4, 2), strict=True)))
    assert ndc.ten_digits(label) == {digits}
    assert digits in ndc.ten_digits(billed)
