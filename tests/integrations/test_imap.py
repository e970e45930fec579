"""Post is fetched from a real server: kept first, then marked and moved; what goes wrong is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kcc.core.errors import BadConfiguration
from kcc.integrations.imap import Account, ImapFault, check_url, fetch
from kcc.launch.postgres import any_free_port
from tests.support.dovecot import Dovecot, dovecot

MAILS = [b"From: a@b.nl\r\nSubject: een\r\n\r\nhoi\r\n", b"Subject: twee \xff\r\n\r\n.\r\n", b"geen kop"]
DONE = "KCC verwerkt"


@pytest.fixture(scope="module")
def post() -> Iterator[Dovecot]:
    """One server for this file; each test has a mailbox of its own."""
    with dovecot() as made:
        yield made


def test_what_is_kept_is_moved_and_stays_as_it_was(post: Dovecot) -> None:
    post.put("een", *MAILS)
    before, kept = post.mails("een"), []
    done = fetch(Account(post.url("een")), lambda raw, validity, uid: kept.append((raw, validity, uid)) is None)
    assert (done.kept, done.refused) == (3, 0)
    assert [raw for raw, _v, _u in kept] == list(before.values()) and len({validity for _r, validity, _u in kept}) == 1
    assert post.mails("een") == {} and list(post.mails("een", DONE).values()) == list(before.values())
    assert fetch(Account(post.url("een")), lambda *_mail: True).kept == 0


def test_what_cannot_be_kept_stays_unseen_and_does_not_hold_up_the_next(post: Dovecot) -> None:
    post.put("twee", *MAILS)

    def take(_raw: bytes, _validity: int, uid: int) -> bool:
        if uid == 1:
            raise RuntimeError("the database is away")
        return uid != 2

    done = fetch(Account(post.url("twee")), take)
    assert (done.kept, done.refused) == (1, 2)
    with post.client("twee") as box:
        _code, unseen = box.uid("SEARCH", "UNSEEN")
    assert unseen[0].split() == [b"1", b"2"]


def test_a_crash_between_keeping_and_marking_leaves_the_mail_to_be_fetched_again(post: Dovecot) -> None:
    post.put("drie", MAILS[0])
    seen: list[tuple[int, int]] = []

    def die(_raw: bytes, validity: int, uid: int) -> bool:
        seen.append((validity, uid))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(Account(post.url("drie")), die)
    fetch(Account(post.url("drie")), lambda _raw, validity, uid: seen.append((validity, uid)) is None)
    assert len(seen) == 2 and seen[0] == seen[1], "the same place, so that the database knows it again"


def test_what_goes_wrong_is_named(post: Dovecot) -> None:
    wrong = {
        "unreachable": f"imap://a:b@127.0.0.1:{any_free_port()}",
        "login": f"imap://een:fout@127.0.0.1:{post.port}",
    }
    for word, url in wrong.items():
        with pytest.raises(ImapFault) as caught:
            fetch(Account(url), lambda *_mail: True)
        assert caught.value.word == word
    with pytest.raises(ImapFault) as caught:
        fetch(Account(post.url("een"), folder="Bestaat niet"), lambda *_mail: True)
    assert caught.value.word == "folder"


@pytest.mark.parametrize("url", ["http://a:b@c", "imaps://host", "imap://a:b@mail.example", "onzin"])
def test_an_address_that_is_none_or_that_would_send_the_password_openly_is_refused(url: str) -> None:
    with pytest.raises(BadConfiguration):
        check_url(url)


def test_an_address_with_a_lock_is_welcome() -> None:
    for url in ("imaps://a:b@mail.example", "imap://a:b@mail.example?starttls=1", "imap://a:b@127.0.0.1:143"):
        check_url(url)
