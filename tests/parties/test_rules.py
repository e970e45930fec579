"""BSN, telephone number, postcode, e-mail address and name."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.parties.rules import (
    PARTICLES,
    format_phone,
    is_bsn,
    mask_bsn,
    normalise_bsn,
    normalise_email,
    normalise_phone,
    normalise_postcode,
    search_key,
)

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def passes_eleven_test(digits: str) -> bool:
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11 == 0


@given(st.integers(1, 999_999_999))
def test_the_eleven_test_is_the_one_of_the_law(number: int) -> None:
    digits = f"{number:09}"
    assert is_bsn(digits) == passes_eleven_test(digits)


@given(st.integers(10_000_000, 999_999_999).map(lambda number: f"{number:09}").filter(passes_eleven_test), st.data())
def test_one_wrong_digit_is_always_seen(digits: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 8))
    wrong = data.draw(st.sampled_from([digit for digit in string.digits if digit != digits[place]]))
    assert is_bsn(digits)
    assert not is_bsn(digits[:place] + wrong + digits[place + 1 :])


@pytest.mark.parametrize("text", ["111222333", "111 222 333", "1112.22.333", "111-222-333"])
def test_a_bsn_is_read_as_people_write_it(text: str) -> None:
    assert normalise_bsn(text) == "111222333"


@pytest.mark.parametrize("text", ["", "000000000", "12345678", "1112223330", "abcdefghi", "\x00", "١١١٢٢٢٣٣٣"])
def test_what_is_no_bsn_is_refused(text: str) -> None:
    assert not is_bsn(text)
    with pytest.raises(InvalidInput):
        normalise_bsn(text)


def test_a_refusal_does_not_repeat_the_number() -> None:
    with pytest.raises(InvalidInput) as refused:
        normalise_bsn("111222334")
    assert "111222334" not in str(refused.value)


def test_the_mask_shows_two_digits() -> None:
    assert mask_bsn("111222333") == "•••••••33"


@pytest.mark.parametrize(
    ("text", "e164", "shown"),
    [
        ("06-12345678", "+31612345678", "06 12345678"),
        ("+31 (0)6 12 34 56 78", "+31612345678", "06 12345678"),
        ("0031 6 12345678", "+31612345678", "06 12345678"),
        ("(0181) 47 11 11", "+31181471111", "0181 471 111"),
        ("14 0181", "+31140181", "14 0181"),
        ("14010", "+3114010", "14 010"),
        ("0800-1351", "+318001351", "0800 1351"),
        ("0900 1234567", "+319001234567", "0900 1234567"),
        ("088 123 45 67", "+31881234567", "088 123 4567"),
        ("+32 2 555 12 12", "+3225551212", "+32 2 555 12 12"),
    ],
)
def test_a_number_is_read_and_shown_the_dutch_way(text: str, e164: str, shown: str) -> None:
    assert normalise_phone(f" {text} ") == (e164, text)
    assert format_phone(e164) == shown
    assert normalise_phone(shown)[0] == e164
    assert normalise_phone(e164)[0] == e164


@pytest.mark.parametrize("text", ["", "112", "06 1234567", "onbekend", "\x00", "14 0", "anoniem\ud800"])
def test_what_is_no_number_is_kept_as_typed(text: str) -> None:
    assert normalise_phone(text) == (None, text.strip())


@given(st.text() | st.from_regex(r"[+0-9 ()-]{0,20}", fullmatch=True))
def test_reading_a_number_never_fails_and_is_stable(text: str) -> None:
    e164, raw = normalise_phone(text)
    assert raw == text.strip()
    if e164 is not None:
        assert normalise_phone(e164)[0] == e164
        assert normalise_phone(format_phone(e164))[0] == e164


@given(st.text())
def test_showing_any_text_as_a_number_never_fails(text: str) -> None:
    assert isinstance(format_phone(text), str)


@given(st.integers(1000, 9999), st.text(string.ascii_letters, min_size=2, max_size=2), st.sampled_from(["", " ", "  "]))
def test_a_postcode_has_one_way_of_writing(number: int, letters: str, space: str) -> None:
    text = f" {number}{space}{letters} "
    if letters.upper() in {"SA", "SD", "SS"}:
        with pytest.raises(InvalidInput):
            normalise_postcode(text)
    else:
        assert normalise_postcode(text) == f"{number} {letters.upper()}"
        assert normalise_postcode(normalise_postcode(text)) == normalise_postcode(text)


@pytest.mark.parametrize("text", ["", "3231", "0231 GE", "32311 GE", "3231 G", "GE 3231", "٣٢٣١ge", "3231 ĲS"])
def test_what_is_no_postcode_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        normalise_postcode(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Jan@Voorbeeld.NL ", "Jan@voorbeeld.nl"),
        ("mailto:jan@voorbeeld.nl", "jan@voorbeeld.nl"),
        ("jan+gemeente@voorbeeld.nl", "jan+gemeente@voorbeeld.nl"),
        ("jan@münchen.de", "jan@xn--mnchen-3ya.de"),
    ],
)
def test_an_address_has_its_domain_in_one_way_of_writing(text: str, address: str) -> None:
    assert normalise_email(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "jan", "jan@", "@voorbeeld.nl", "jan@nl", "j an@voorbeeld.nl", "jan..b@voorbeeld.nl", "jan@voorbeeld.nl.",
     "jan@-voorbeeld.nl", "jan@voorbeeld.nl\nBcc: piet@voorbeeld.nl", "a@b.nl,c@d.nl", "jan\x00@voorbeeld.nl"],
)  # fmt: skip
def test_what_cannot_receive_mail_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        normalise_email(text)


@given(st.text() | st.emails())
def test_an_accepted_address_is_stable_and_holds_no_line_or_blank(text: str) -> None:
    try:
        address = normalise_email(text)
    except InvalidInput:
        return
    assert normalise_email(address) == address
    assert not any(char.isspace() or char == "\x00" for char in address)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jan van de Berg", "Berg, Jan van de"),
        ("JAN VAN DE BERG", "Jan Van De Berg"),
        ("'t Hart", "Hart, 't"),
        ("’t Hart", "'t Hart"),
        ("Özgür Çelik", "Ozgur Celik"),
        ("d'Artagnan", "D’Artagnan"),
        ("Ĳsbrand", "IJsbrand"),
        ("Bakkerij Groß B.V.", "bakkerij gross b v"),
    ],
)
def test_names_that_are_the_same_to_a_caller_share_their_key(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


def test_particles_stand_behind_the_name() -> None:
    assert search_key("Jan van de Berg") == "berg jan de van"
    assert search_key("van de") == "de van"


@given(st.text())
def test_a_key_is_plain_and_stable(name: str) -> None:
    key = search_key(name)
    assert set(key) <= set(string.ascii_lowercase + string.digits + " ")
    assert search_key(key) == key
    assert key == " ".join(key.split())


@given(st.permutations(["jan", "berg", "smit", "van", "der", "de"]))
def test_the_order_of_words_does_not_matter(words: list[str]) -> None:
    assert search_key(" ".join(words)) == "berg jan smit de der van"
    assert {"van", "der", "de"} <= PARTICLES
