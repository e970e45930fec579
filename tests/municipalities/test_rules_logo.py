"""What may be a logo, and what is left of it."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.municipalities import rules_logo as rules
from tests.factories.pictures import chunk, png


def test_only_the_picture_is_kept() -> None:
    plain = png(40, 20)
    dressed = plain[:33] + chunk(b"tEXt", b"Comment\0<script>alert(1)</script>") + plain[33:] + b"and more"
    assert rules.cleaned_png(dressed) == plain == rules.cleaned_png(plain)
    assert rules.size_of(plain) == (40, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff\xe0 jpeg", png(40, 20)[:-20], png(900, 20), png(0, 0),
        png(40, 20, packed=zlib.compress(b"\0" * 5_000_000)), png(40, 20) [:30] + b"x" + png(40, 20)[31:], b"\x89PNG\r\n\x1a\n",
        png(40, 20, packed=b"not packed"), png(10, 10) + b"x" * 300_000,
    ],
)  # fmt: skip
def test_what_is_no_small_whole_png_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.cleaned_png(data)
    assert refused.value.field == "logo"


@settings(max_examples=50)
@given(st.binary(max_size=200), st.integers(0, 90))
def test_spoiled_bytes_never_break_it(noise: bytes, at: int) -> None:
    whole = png(8, 8)
    for data in (noise, rules.SIGNATURE + noise, whole[:at] + noise + whole[at:], struct.pack(">I", 5) + noise):
        try:
            assert rules.cleaned_png(data).startswith(rules.SIGNATURE)
        except InvalidInput:
            pass
