"""The web form on paper: codes, doubts, ratings, sites."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.channels import rules_forms as rules

KEY = b"k" * 32
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@given(st.uuids(), st.binary(min_size=32, max_size=32))
def test_a_code_is_the_same_each_time_and_survives_being_typed(key: uuid.UUID, digest: bytes) -> None:
    code = rules.status_code(KEY, key, digest)
    assert len(code) == 11 and set(code) <= {*rules.ALPHABET, "-"}
    assert code == rules.status_code(KEY, key, digest)
    typed = code.lower().replace("0", "o").replace("1", "l").replace("-", " - ")
    assert rules.code_hash(KEY, typed) == rules.code_hash(KEY, code)


def test_another_key_text_or_installation_has_another_code() -> None:
    key, digest = uuid.uuid4(), rules.digest_of({"question": "a"})
    codes = {
        rules.status_code(KEY, key, digest),
        rules.status_code(KEY, uuid.uuid4(), digest),
        rules.status_code(KEY, key, rules.digest_of({"question": "b"})),
        rules.status_code(b"l" * 32, key, digest),
    }
    assert len(codes) == 4
    assert len({rules.code_hash(KEY, code) for code in codes}) == 4


def test_codes_use_all_their_letters() -> None:
    seen = "".join(rules.status_code(KEY, uuid.UUID(int=n), b"") for n in range(400))
    assert set(seen) == {*rules.ALPHABET, "-"}


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=4))
def test_a_digest_follows_the_content_not_its_order(body: dict[str, str]) -> None:
    assert rules.digest_of(body) == rules.digest_of(dict(reversed(list(body.items()))))


DOUBTS = [
    ("", 10.0, "Gewone vraag over https://www.brielle.nl", []),
    (" ", 10.0, "x", []),
    ("x", 10.0, "x", ["trap"]),
    ("", 2.9, "x", ["too_fast"]),
    ("", 10.0, "www.a.nl " * 4, []),
    ("", 10.0, "www.a.nl http://b " * 3, ["links"]),
    ("x", 0.0, "www.a.nl " * 5, ["trap", "too_fast", "links"]),
]


@pytest.mark.parametrize(("trap", "seconds", "text", "found"), DOUBTS)
def test_what_makes_a_form_doubtful(trap: str, seconds: float, text: str, found: list[str]) -> None:
    assert rules.doubts_of(trap=trap, seconds=seconds, text=text) == found


def test_rating_is_for_closed_questions_and_changeable_for_a_day() -> None:
    day = timedelta(days=1)
    assert rules.may_rate("closed", None, AT)
    assert rules.may_rate("closed", AT, AT + day - timedelta(seconds=1))
    assert not rules.may_rate("closed", AT, AT + day)
    for status in (None, "open", "answered", "with_back_office"):
        assert not rules.may_rate(status, None, AT)


def test_sites_are_https_origins_one_on_a_line() -> None:
    assert rules.sites_of("https://www.brielle.nl/\n\n HTTPS://Brielle.nl\nhttps://www.brielle.nl") == [
        "https://brielle.nl",
        "https://www.brielle.nl",
    ]
    for wrong in (
        "http://brielle.nl",
        "*",
        "https://*.nl",
        "https://a.nl/pad",
        "https://a.nl; script-src *",
        "brielle.nl",
    ):
        with pytest.raises(ValueError):
            rules.sites_of(wrong)
