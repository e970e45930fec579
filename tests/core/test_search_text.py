"""Dutch words made comparable, and queries that PostgreSQL accepts whatever was typed."""

import re
import string
import time
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kcc.core.search_text import (
    STOP_WORDS,
    index_terms,
    known_words,
    query_terms,
    split_compound,
    to_tsquery_text,
    to_tsvector_text,
)

nasty = st.text(
    st.one_of(st.characters(), st.sampled_from("\x00'\\&|!()<->:*\"% \t\n😀\ud800é²①-_0123abcdefgE+.x@/ßĳ"))
)


def finds(query: str, text: str) -> bool:
    return bool(query_terms(query)) and set(query_terms(query)) <= set(index_terms(text))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("vergunning parkeren", "Parkeervergunning aanvragen"),
        ("parkeervergunning", "Een vergunning om te parkeren"),
        ("parkeervergunningen bewoners", "Bewonersparkeervergunning"),
        ("aangifte overlijden", "Overlijdensaangifte doen"),
        ("hond belasting", "Hondenbelasting"),
        ("huis gemeente", "Gemeentehuis"),
        ("heffing afvalstoffen", "Afvalstoffenheffing betalen"),
        ("kaart gehandicapten parkeren", "Gehandicaptenparkeerkaart"),
        ("belastingen kwijtschelden", "Kwijtschelding gemeentebelastingen"),
        ("hulp", "Hulpmiddelen lenen"),
        ("gladheid", "Gladheidsbestrijding in de winter"),
        ("café", "Cafe met terras"),
        ("Wijkplein 3", "Spreekuur op Wijkplein 3"),
        ("bri-26-004217", "Zie BRI-26-004217."),
        ("3231 ge", "Slagveld 36, 3231 GE Brielle"),
    ],
)
def test_what_people_ask_is_found(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("begeleiding", "Beleid van de gemeente"),
        ("poort", "Paspoort aanvragen"),
        ("poorten", "Paspoorten aanvragen"),
        ("geboorte", "Boor en gereedschap"),
        ("bri-26-004217", "BRI-26-004218"),
        ("42", "BRI-26-004217"),
    ],
)
def test_what_only_looks_alike_is_not_found(query: str, text: str) -> None:
    assert not finds(query, text)


@pytest.mark.parametrize(
    "same",
    [
        ("rijbewijzen", "rijbewijs", "Rijbewijs"),
        ("verhuizen", "verhuisd", "verhuizing", "verhuist"),
        ("melden", "melding", "gemeld", "meldingen"),
        ("brieven", "brief"),
        ("kinderen", "kind"),
        ("aanvragen", "aanvraag", "aangevraagd"),
        ("vergunning", "vergunningen"),
        ("één-ouder", "een-ouder"),
    ],
)
def test_forms_of_one_word_share_their_terms(same: tuple[str, ...]) -> None:
    assert len({tuple(query_terms(word)) for word in same}) == 1


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("parkeervergunning", ("parkeer", "vergunning")),
        ("bewonersparkeervergunning", ("bewoner", "parkeer", "vergunning")),
        ("overlijdensaangifte", ("overlijden", "aangifte")),
        ("brandveiligheidsadvies", ("brand", "veiligheid", "advies")),
        ("kapvergunning", ("kap", "vergunning")),
        ("paspoort", ()),
        ("overlast", ()),
        ("begeleiding", ()),
        ("verklaring", ()),
        ("huis", ()),
    ],
)
def test_compounds_are_split_and_other_words_left_whole(word: str, parts: tuple[str, ...]) -> None:
    assert split_compound(word) == parts


def test_words_of_one_municipality_can_be_added() -> None:
    assert split_compound("maerlantkade", frozenset({"maerlant"})) == ("maerlant", "kade")
    assert split_compound("maerlantkade") == ()


def test_references_and_numbers_stay_whole() -> None:
    assert index_terms("BRI-26-004217 en 0181") == ["bri26004217", "0181"]
    assert query_terms("bri-26-4217") == ["bri26004217"]


def test_stop_words_alone_ask_for_nothing() -> None:
    assert query_terms("waar is de") == []
    assert to_tsquery_text("waar is de ") == ""
    assert "de" in STOP_WORDS


def test_whole_words_weigh_more_than_their_parts() -> None:
    vector = to_tsvector_text("Parkeervergunning, vergunning", weight="A")
    assert vector == "'parkeervergun':1A 'parker':1B 'vergun':1B,2A"
    with pytest.raises(KeyError):
        to_tsvector_text("afval", weight="E")


@pytest.mark.parametrize("typed", ["parkeerver", "vergunnin", "vergunni", "vergu", "rijbewijze", "brieve", "huisvu"])
def test_half_a_word_finds_while_typing(typed: str) -> None:
    terms = index_terms("parkeervergunning vergunning rijbewijs brief huisvuil")
    starts = re.findall(r"'(\w+)':\*", to_tsquery_text(typed))
    assert any(term.startswith(start) for start in starts for term in terms)
    assert ":*" not in to_tsquery_text(typed, prefix_last=False)
    assert ":*" not in to_tsquery_text(f"{typed} ")


def test_the_word_list_holds_plain_words_once() -> None:
    assert len(known_words()) > 1_200
    assert all(set(word) <= set(string.ascii_lowercase) and len(word) >= 3 for word in known_words())


@given(nasty)
def test_no_text_is_too_strange(text: str) -> None:
    terms = index_terms(text)
    assert all(term and not set(term) & set("'\\&|!()<>:* \x00") for term in terms)
    assert set(query_terms(text)) <= set(terms)
    to_tsvector_text(text)


@given(nasty)
def test_a_query_holds_only_letters_digits_and_our_own_operators(text: str) -> None:
    query = to_tsquery_text(text)
    rest = re.sub(r"'[^\W_]+'(:\*)?", "x", query)
    assert set(rest) <= set("x &|()")
    query.encode("utf-8")


@given(st.lists(st.sampled_from(sorted(known_words())), min_size=1, max_size=6))
def test_a_text_is_found_by_its_own_words(words: list[str]) -> None:
    text = " ".join(words)
    if query_terms(text):
        assert finds(text, f"Iets over {text}.")
        assert finds(words[0].upper(), text) or not query_terms(words[0])


@given(st.sampled_from(sorted(known_words())), st.sampled_from(sorted(known_words())), st.sampled_from(["", "s", "en"]))
def test_parts_of_a_compound_spell_it(first: str, second: str, link: str) -> None:
    word = f"{first}{link}{second}"
    parts = split_compound(word)
    place = 0
    for part in parts:
        place = word.find(part, place)
        assert place >= 0
        place += len(part)
    assert place in (0, len(word))


def test_a_huge_text_stays_within_the_limits_of_postgresql() -> None:
    vector = to_tsvector_text(" ".join(f"woord{number}" for number in range(120_000)))
    assert len(vector) < 1_000_000
    assert to_tsvector_text("afval " * 30_000).count(",") == 15
    assert len(index_terms("x" * 100_000)[0]) <= 64
    assert to_tsquery_text("afval " * 3_000 + "glas").count("&") == 1
    assert to_tsquery_text(" ".join(f"w{number}" for number in range(1_000))).count("&") < 30


def test_normalising_300_characters_takes_less_than_2_ms_when_warm() -> None:
    text = ("Ik wil een parkeervergunning aanvragen omdat ik verhuisd ben naar Brielle. " * 5)[:300]
    to_tsquery_text(text)
    fastest = min(_seconds(text) for _ in range(20))
    assert fastest < 0.002


def _seconds(text: str) -> float:
    start = time.perf_counter()
    index_terms(text)
    to_tsquery_text(text)
    return time.perf_counter() - start


def _accepted(connection: psycopg.Connection, query: str, vector: str) -> bool:
    row = connection.execute("SELECT to_tsquery('simple', %s), %s::tsvector", (query, vector)).fetchone()
    return row is not None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=nasty)
def test_postgresql_accepts_every_query_and_vector(connection: psycopg.Connection, text: str) -> None:
    assert _accepted(connection, to_tsquery_text(text), to_tsvector_text(text))


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("vergunning parkeren", "Parkeervergunning aanvragen", True),
        ("parkeerverg", "Parkeervergunning aanvragen", True),
        ("bri-26-004217", "Over BRI-26-004217", True),
        ("verhuisd", "Een verhuizing doorgeven", True),
        ("paspoort rijbewijs", "Een paspoort aanvragen", False),
        ("москва", "Москва", True),
    ],
)
def test_postgresql_finds_what_we_find(connection: psycopg.Connection, query: str, text: str, found: bool) -> None:
    row = connection.execute(
        "SELECT %s::tsvector @@ to_tsquery('simple', %s)", (to_tsvector_text(text), to_tsquery_text(query))
    ).fetchone()
    assert row == (found,)


@pytest.fixture(scope="module")
def connection(admin_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(admin_url, autocommit=True) as opened:
        yield opened
