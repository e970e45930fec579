"""What becomes of a mail: a question, part of one, a duplicate, or something that people look at."""

from __future__ import annotations

import hashlib
import uuid

import pytest

from kcc.channels import actions_mail as actions
from kcc.channels import queries_mail as queries
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor, Permission
from tests.channels.mails import keep, letter, receive, standing, waiting, work
from tests.support.world import World


def bodies(world: World, ticket_id: uuid.UUID) -> list[str]:
    with world.admin() as admin:
        return [
            r[0] for r in admin.execute("select body from writing where ticket_id = %s order by at, id", (ticket_id,))
        ]


def test_a_mail_becomes_a_question_of_the_town_that_has_the_address(world: World) -> None:
    raw = letter()
    found = receive(world, raw, town="Bergen")
    assert found["state"] == "ticketed" and found["reference"].startswith("BER-")
    assert found["kept_sha256"] == found["sha256"] == hashlib.sha256(raw).digest()
    assert bodies(world, found["ticket_id"]) == ["Paspoort\n\nHoe kan ik een paspoort aanvragen?"]
    assert waiting(world) == [("mail", found["ticket_id"])]


def test_capitals_and_a_tag_in_the_address_do_not_matter(world: World) -> None:
    assert receive(world, letter(), address="INFO+iets@Aalburg.example")["reference"].startswith("AAL-")


def test_the_same_bytes_twice_are_one_question(world: World) -> None:
    raw = letter()
    first, second = receive(world, raw), receive(world, raw)
    assert (first["state"], second["state"]) == ("ticketed", "duplicate")
    assert second["duplicate_of_id"] == first["id"]


def test_the_same_mail_by_another_way_is_one_question(world: World) -> None:
    raw = letter()
    first = receive(world, raw)
    second = receive(world, b"Received: from elsewhere\r\nX-Forwarded: yes\r\n" + raw)
    assert (first["state"], second["state"]) == ("ticketed", "duplicate")


def test_one_message_id_with_other_words_is_two_questions(world: World) -> None:
    same = "<zelfde@example.nl>"
    assert receive(world, letter("Eerste vraag", message_id=same))["state"] == "ticketed"
    assert receive(world, letter("Tweede vraag", message_id=same))["state"] == "ticketed"


def test_the_same_mail_to_two_towns_is_a_question_in_each(world: World) -> None:
    raw = letter()
    assert [receive(world, raw, town=town)["state"] for town in ("Aalburg", "Bergen")] == ["ticketed", "ticketed"]


def test_mail_without_a_message_id_is_only_the_same_when_its_bytes_are(world: World) -> None:
    plain = b"From: jan@example.nl\r\nSubject: Vraag\r\n\r\nHoe laat open?\r\n"
    states = [receive(world, raw)["state"] for raw in (plain, b"X-Trace: 1\r\n" + plain, plain)]
    assert states == ["ticketed", "ticketed", "duplicate"]


def test_a_mail_fetched_again_from_its_place_is_kept_once_and_from_a_renumbered_box_it_is_a_duplicate(
    world: World,
) -> None:
    raw = letter()
    first = keep(world, raw, source="imap", uidvalidity=1, uid=7)
    assert keep(world, raw, source="imap", uidvalidity=1, uid=7) == first
    renumbered = keep(world, raw, source="imap", uidvalidity=2, uid=7)
    work()
    assert {standing(world, each)["state"] for each in (first, renumbered)} == {"ticketed", "duplicate"}


def test_a_known_sender_s_reply_by_reference_joins_its_ticket_with_only_what_is_new(world: World) -> None:
    first = receive(world, letter())
    again = "Bedankt, maar wat kost het?\n\nOp wo 25 nov. 2026 om 10:00 schreef Gemeente <info@aalburg.example>:\n> Oud"
    second = receive(world, letter(again, subject=f"Re: Paspoort [{first['reference']}]"))
    assert (second["state"], second["ticket_id"]) == ("attached", first["ticket_id"])
    assert bodies(world, first["ticket_id"])[-1] == "Bedankt, maar wat kost het?"


def test_a_reply_to_one_s_own_earlier_mail_joins_its_ticket(world: World) -> None:
    first = receive(world, letter(message_id="<eerste@example.nl>"))
    assert receive(world, letter("Nog iets", in_reply_to="<eerste@example.nl>"))["ticket_id"] == first["ticket_id"]


def test_a_stranger_with_somebody_s_reference_gets_a_question_of_his_own_until_an_agent_confirms(world: World) -> None:
    first = receive(world, letter())
    second = receive(world, letter("Wat is er besloten?", from_="x@elders.example", subject=first["reference"]))
    assert second["state"] == "ticketed" and second["ticket_id"] != first["ticket_id"]
    assert second["suggested_ticket_id"] == first["ticket_id"]
    assert any(first["reference"] in body and "niet bekend" in body for body in bodies(world, second["ticket_id"]))
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        assert actions.join_suggested(actor=actor, mail_id=second["id"]).id == first["ticket_id"]
        db.session.commit()
    assert standing(world, second["id"])["ticket_id"] == first["ticket_id"]


def test_a_reference_of_another_town_is_only_noted(world: World) -> None:
    first = receive(world, letter(), town="Bergen")
    second = receive(world, letter("Hoe staat het?", subject=f"Vraag {first['reference']}"), town="Aalburg")
    assert second["state"] == "ticketed" and second["suggested_ticket_id"] is None
    assert any("andere gemeente" in body for body in bodies(world, second["ticket_id"]))


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"auto_submitted": "auto-replied"}, "auto_reply"),
        ({"precedence": "bulk"}, "list"),
        ({"list_id": "<nieuws.example.nl>"}, "list"),
        ({"x_loop": "iets"}, "loop"),
        ({"return_path": "<>"}, "null_sender"),
        (
            {
                "from_": "MAILER-DAEMON@example.nl",
                "subject": "Undelivered Mail Returned to Sender",
                "return_path": "<>",
            },
            "bounce",
        ),
    ],
)
def test_what_a_machine_sent_waits_for_people_and_is_no_question(
    world: World, headers: dict[str, str], kind: str
) -> None:
    found = receive(world, letter(**headers))
    assert (found["state"], found["reason"], found["automatic"]) == ("quarantined", "automatic", kind)
    assert waiting(world) == []


def test_a_mail_that_only_asks_for_no_automatic_answer_is_a_question(world: World) -> None:
    found = receive(world, letter(x_auto_response_suppress="All"))
    assert (found["state"], found["automatic"]) == ("ticketed", "suppress")


def test_an_absence_message_about_a_ticket_is_put_with_it_and_wakes_nobody(world: World) -> None:
    first = receive(world, letter())
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        contacts.move_ticket(actor=actor, ticket=tickets.ticket(first["ticket_id"]), to="answered")
        db.session.commit()
    found = receive(
        world, letter("Ik ben er niet.", subject=f"Re: {first['reference']}", auto_submitted="auto-replied")
    )
    assert (found["state"], found["ticket_id"], found["status"]) == ("attached", first["ticket_id"], "answered")


def test_mail_from_one_of_our_own_mailboxes_is_a_loop(world: World) -> None:
    assert receive(world, letter(from_="info@bergen.example"))["automatic"] == "loop"


def test_unreadable_mail_is_in_quarantine_with_the_reason_and_its_bytes(world: World) -> None:
    raw = b"From: a@b.nl\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhoi\r\n" * 20_000
    found = receive(world, raw)
    assert (found["state"], found["reason"]) == ("quarantined", "limit_parts")
    assert found["kept_sha256"] == hashlib.sha256(raw).digest()


def test_after_three_tries_in_vain_a_mail_is_shown_unread(world: World) -> None:
    made = keep(world, letter())
    with world.scope("agent", Permission.MAIL_SORT) as actor:
        assert actions.take_in(actor=actor, mail_id=made, attempt=4) == "quarantined"
        assert queries.received(made).reason == "failed"


def test_mail_is_decided_about_once(world: World) -> None:
    found = receive(world, letter())
    with world.scope("agent", Permission.MAIL_SORT) as actor:
        assert actions.take_in(actor=actor, mail_id=found["id"]) == "ticketed"
        with pytest.raises(InvalidState):
            actions.as_question(actor=actor, mail_id=found["id"])


def test_people_make_a_question_of_it_attach_it_or_say_that_it_is_none(world: World) -> None:
    first = receive(world, letter())
    listed = [receive(world, letter(f"Bericht {n}", list_id="<x.nl>"))["id"] for n in range(3)]
    with world.scope("supervisor", Permission.MAIL_SORT) as actor:
        made = actions.as_question(actor=actor, mail_id=listed[0])
        assert made.id != first["ticket_id"]
        with pytest.raises(InvalidInput):
            actions.attach(actor=actor, mail_id=listed[1], reference="BER-26-000001")
        assert actions.attach(actor=actor, mail_id=listed[1], reference=first["reference"]).id == first["ticket_id"]
        with pytest.raises(InvalidInput):
            actions.dismiss(actor=actor, mail_id=listed[2], reason="zomaar")
        actions.dismiss(actor=actor, mail_id=listed[2], reason="spam")
        db.session.commit()
    assert [standing(world, each)["state"] for each in listed] == ["ticketed", "attached", "dismissed"]


def test_mail_for_nobody_waits_for_who_covers_the_centre_and_can_be_given_to_a_town(world: World) -> None:
    made = keep(world, letter(), address="gemeente@aalburg.example")
    assert (standing(world, made)["state"], standing(world, made)["reason"]) == ("quarantined", "unknown_address")
    for person in ("agent", "handler", "agent_zuid"):
        with world.scope(person, Permission.TICKET_READ), pytest.raises(NotFound):
            queries.received(made)
    with world.scope("supervisor", Permission.MAIL_SORT) as actor:
        with pytest.raises(InvalidState):
            actions.as_question(actor=actor, mail_id=made)
        actions.give_to_town(actor=actor, mail_id=made, municipality_id=world.towns["Cadzand"])
        db.session.commit()
    work()
    assert standing(world, made)["reference"].startswith("CAD-")


def test_mail_of_a_town_is_seen_there_only(world: World) -> None:
    made = receive(world, letter(), town="Cadzand")["id"]
    for person in ("agent", "agent_zuid", "handler"):
        with world.scope(person, Permission.TICKET_READ):
            for ask in (queries.received, queries.content):
                with pytest.raises(NotFound):
                    ask(made)
    with world.scope("agent_cadzand", Permission.TICKET_READ):
        assert queries.content(made).from_address == "jan@example.nl"


def test_what_waits_too_long_is_found_and_read_again(world: World) -> None:
    made = keep(world, letter())
    with world.admin() as admin:
        admin.execute("delete from job")
        admin.execute("update received_mail set received_at = now() - interval '1 hour' where id = %s", (made,))
    town = world.towns["Aalburg"]
    with world.scope("agent", Permission.MAIL_SORT) as actor:
        assert actions.sweep(actor=actor, municipality_id=town, at=now()) == 1
        db.session.commit()
    work()
    assert standing(world, made)["state"] == "ticketed"
    with world.scope("agent", Permission.MAIL_SORT) as actor:
        assert actions.sweep(actor=actor, municipality_id=town, at=now()) == 0


def test_bytes_are_dropped_when_their_term_is_over_and_what_was_no_question_altogether(world: World) -> None:
    kept, gone = receive(world, letter()), receive(world, letter(list_id="<x.nl>"))
    with world.scope("agent", Permission.MAIL_SORT) as actor:
        actions.dismiss(actor=actor, mail_id=gone["id"], reason="spam")
        db.session.commit()
    town = world.towns["Aalburg"]
    with world.scope("agent", Permission.MAIL_SORT) as actor:
        assert actions.forget_old(actor=actor, municipality_id=town, at=now()) == 0
    with world.admin() as admin:
        admin.execute("update received_mail set received_at = now() - interval '400 days'")
    with world.scope("agent", Permission.MAIL_SORT) as actor:
        assert actions.forget_old(actor=actor, municipality_id=town, at=now()) == 2
        db.session.commit()
        assert queries.content(kept["id"], raw=True).raw is None
        assert queries.content(kept["id"]).from_address == "jan@example.nl"
        forgotten = queries.content(gone["id"])
        assert (forgotten.from_address, forgotten.parsed, forgotten.recipient) == ("", None, "")


def test_a_town_without_topics_keeps_its_mail_in_quarantine(world: World) -> None:
    made = keep(world, letter())
    with world.admin() as admin:
        admin.execute("update topic_route set active = false where municipality_id = %s", (world.towns["Aalburg"],))
    work()
    assert (standing(world, made)["state"], standing(world, made)["reason"]) == ("quarantined", "not_taken")


def test_only_the_job_or_a_person_is_named_as_who_decided(world: World) -> None:
    found = receive(world, letter())
    with world.admin() as admin:
        row = admin.execute(
            "select actor_kind, verb from audit_entry where subject_id = %s", (str(found["id"]),)
        ).fetchone()
    assert row == (Actor.job().kind, "mail.ticketed")
