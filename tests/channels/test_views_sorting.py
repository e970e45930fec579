"""The lists of mail that people look at, and what they do there."""

from __future__ import annotations

from kcc.channels import queries_sorting as queries
from kcc.core.clock import now
from kcc.core.permissions import Permission
from tests.channels.mails import keep, letter, receive, standing
from tests.support.world import World

AUTOMATIC = {"list_id": "<nieuws.example>"}
BROKEN = b"From: a@b.nl\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhoi\r\n" * 5_000


def test_the_lists_say_why_a_mail_is_there_and_the_sums_add_up(world: World) -> None:
    receive(world, letter())
    receive(world, letter(subject="Nieuwsbrief", **AUTOMATIC))
    receive(world, BROKEN)
    page = world.page("agent").get("/mail/")
    assert "meer dan duizend onderdelen" in page.text and "Nieuwsbrief" not in page.text
    assert "De som klopt" in page.by_testid("mail-counts").text
    page.get("/mail/?shelf=automatic")
    assert "Nieuwsbrief" in page.text and "nieuwsbrief of lijst" in page.text
    for shelf in ("trouble", "dismissed", "zomaar"):
        page.get(f"/mail/?shelf={shelf}")
    with world.scope("agent", Permission.MAIL_SORT):
        counts = queries.counts_since(now().replace(year=2020))
        assert (counts.received, counts.ticketed, counts.quarantined, counts.adds_up) == (3, 1, 2, True)


def test_a_mail_is_treated_as_a_question(world: World) -> None:
    found = receive(world, letter("Toch een vraag", **AUTOMATIC))
    page = world.page("agent").get(f"/mail/quarantine/{found['id']}")
    assert "Toch een vraag" in page.text
    page.submit('form[action$="/question"]')
    assert page.path.startswith("/tickets/") and standing(world, found["id"])["state"] == "ticketed"
    page.get(f"/mail/quarantine/{found['id']}")
    assert page.soup.select_one('form[action$="/question"]') is None


def test_a_mail_is_put_with_a_question_or_refused_with_the_reason(world: World) -> None:
    first, found = receive(world, letter()), receive(world, letter("Nieuws", **AUTOMATIC))
    page = world.page("supervisor").get(f"/mail/quarantine/{found['id']}")
    page.submit('form[action$="/attach"]', reference="BER-26-000001", status=422)
    assert "geen vraag van deze gemeente" in page.text and "BER-26-000001" in page.text
    page.submit('form[action$="/attach"]', reference=first["reference"])
    assert standing(world, found["id"])["ticket_id"] == first["ticket_id"]


def test_a_mail_is_no_question_and_stays_findable(world: World) -> None:
    found = receive(world, letter("Koop nu", subject="Aanbieding", **AUTOMATIC))
    page = world.page("agent").get(f"/mail/quarantine/{found['id']}")
    page.submit('form[action$="/dismiss"]', reason="spam", note="Al drie keer")
    assert standing(world, found["id"])["state"] == "dismissed"
    page.get("/mail/?shelf=dismissed")
    assert "Aanbieding" in page.text and "reclame" in page.text
    page.get(f"/mail/quarantine/{found['id']}")
    assert "Al drie keer" in page.text


def test_who_comes_second_is_told_so(world: World) -> None:
    found = receive(world, letter(**AUTOMATIC))
    first, second = world.page("agent"), world.page("supervisor")
    for page in (first, second):
        page.get(f"/mail/quarantine/{found['id']}")
    first.submit('form[action$="/dismiss"]', reason="spam")
    second.submit('form[action$="/question"]')
    assert "al besloten" in second.text and standing(world, found["id"])["state"] == "dismissed"


def test_mail_for_nobody_is_shown_to_who_covers_the_centre_and_given_to_a_town(world: World) -> None:
    made = keep(world, letter("Voor wie ben ik?"), address="iemand@aalburg.example")
    world.page("agent").get(f"/mail/quarantine/{made}", status=404)
    page = world.page("supervisor").get("/mail/")
    assert "aan iemand@aalburg.example" in page.text
    page.get(f"/mail/quarantine/{made}")
    assert "Voor wie ben ik?" in page.text
    page.submit('form[action$="/town"]', municipality_id=str(world.towns["Bergen"]))
    assert standing(world, made)["state"] == "stored"


def test_nobody_else_reaches_the_lists(world: World) -> None:
    found = receive(world, letter(**AUTOMATIC))
    for person in ("handler", "editor", "contract_manager", "privacy_officer", "administrator"):
        world.page(person).get("/mail/", status=403)
        world.page(person).get(f"/mail/quarantine/{found['id']}", status=403)
    world.page("agent_cadzand").get(f"/mail/quarantine/{found['id']}", status=404)
    for tail in ("frame", "raw"):
        world.page("agent_cadzand").get(f"/mail/quarantine/{found['id']}/{tail}", status=404)
