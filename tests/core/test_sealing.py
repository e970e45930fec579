"""What is sealed opens only with its key and context, and is found by a keyed hash."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from kcc.core.sealing import keyed_hash, seal, unseal

KEY = bytes(range(32))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again(plain: str) -> None:
    assert unseal(KEY, seal(KEY, plain, "bsn"), "bsn") == plain


def test_the_same_text_is_never_sealed_the_same() -> None:
    assert seal(KEY, "999990019", "bsn") != seal(KEY, "999990019", "bsn")


@pytest.mark.parametrize(("key", "context"), [(bytes(range(1, 33)), "bsn"), (KEY, "totp")])
def test_another_key_or_context_does_not_open_it(key: bytes, context: str) -> None:
    with pytest.raises(InvalidTag):
        unseal(key, seal(KEY, "999990019", "bsn"), context)


def test_hashes_are_equal_for_equal_texts_of_one_context_only() -> None:
    assert keyed_hash(KEY, "a", "x") == keyed_hash(KEY, "a", "x")
    assert len({keyed_hash(KEY, "a", "x"), keyed_hash(KEY, "a", "y"), keyed_hash(bytes(range(1, 33)), "a", "x")}) == 3
