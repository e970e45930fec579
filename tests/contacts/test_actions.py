"""Opening, writing, moving: what each leaves behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from kcc.contacts import actions, queries
from kcc.contacts.models import Ticket, TicketEvent
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.models import AuditEntry
from kcc.core.permissions import Actor, Permission
from tests.support.world import World


def open_one(world: World, actor: Actor, town: str = "Aalburg", **values: object) -> Ticket:
    return actions.open_ticket(
        actor=actor, municipality_id=world.towns[town], topic_id=world.topics["noord", "paspoort"], channel="phone",
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


def test_references_count_on_within_municipality_and_year(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        first, second = open_one(world, actor), open_one(world, actor)
        elsewhere = open_one(world, actor, "Bergen")
        assert first.reference.endswith("-000001") and second.reference.endswith("-000002")
        assert elsewhere.reference.startswith("BER-") and elsewhere.reference.endswith("-000001")


def test_two_openings_at_once_never_share_a_reference(world: World) -> None:
    def open_and_commit(_number: int) -> str:
        with world.app.app_context(), world.scope("agent", Permission.TICKET_WRITE) as actor:
            reference = open_one(world, actor).reference
            db.session.commit()
            return reference

    with ThreadPoolExecutor(6) as pool:
        references = list(pool.map(open_and_commit, range(12)))
    assert len(set(references)) == 12


def test_each_change_leaves_a_timeline_line_and_an_audit_row(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = open_one(world, actor)
        actions.write(actor=actor, ticket=ticket, kind="question", body="Wanneer is het klaar?", internal=False)
        actions.move_ticket(actor=actor, ticket=ticket, to="answered")
        db.session.commit()
        ticket_id = ticket.id
    with world.admin() as admin:
        verbs = [
            r[0] for r in admin.execute("select verb from ticket_event where ticket_id = %s order by id", (ticket_id,))
        ]
        audit = [
            r[0]
            for r in admin.execute("select verb from audit_entry where subject_id = %s order by id", (str(ticket_id),))
        ]
    assert verbs == ["opened", "wrote", "moved"]
    assert audit == ["ticket.opened", "ticket.wrote", "ticket.moved"]


def test_reopening_needs_a_reason_and_clears_the_answer(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = open_one(world, actor)
        actions.move_ticket(actor=actor, ticket=ticket, to="answered")
        assert ticket.answered_at is not None
        with pytest.raises(InvalidInput):
            actions.move_ticket(actor=actor, ticket=ticket, to="open", reason="  ")
        actions.move_ticket(actor=actor, ticket=ticket, to="open", reason="Belt terug: niet ontvangen.")
        assert ticket.status == "open" and ticket.answered_at is None
        assert [w.kind for w in queries.writings(ticket)] == ["reason"]


def test_a_move_outside_the_table_is_refused(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = open_one(world, actor)
        actions.move_ticket(actor=actor, ticket=ticket, to="closed")
        with pytest.raises(InvalidState):
            actions.move_ticket(actor=actor, ticket=ticket, to="answered")


def test_a_room_above_can_keep_a_ticket_from_closing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_ticket: Ticket) -> None:
        raise InvalidState("Er staat nog een contactverzoek open.")

    monkeypatch.setattr(actions, "closing_checks", [refuse])
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = open_one(world, actor)
        with pytest.raises(InvalidState):
            actions.move_ticket(actor=actor, ticket=ticket, to="closed")
        assert ticket.status == "open"


@pytest.mark.parametrize("body", ["", "   ", "nul\x00byte", "kapot \ud800", "x" * 20_001])
def test_text_that_cannot_be_kept_is_refused_at_its_field(world: World, body: str) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = open_one(world, actor)
        with pytest.raises(InvalidInput) as fault:
            actions.write(actor=actor, ticket=ticket, kind="note", body=body, internal=True)
        assert fault.value.field == "body"


def test_a_municipality_or_topic_out_of_sight_is_as_good_as_absent(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        with pytest.raises(NotFound):
            open_one(world, actor, "Cadzand")
        with pytest.raises(InvalidInput):
            actions.open_ticket(
                actor=actor, municipality_id=world.towns["Aalburg"], topic_id=world.topics["zuid", "paspoort"],
                channel="phone",
            )  # fmt: skip


def test_an_anonymous_contact_holds_nobody(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = open_one(world, actor, anonymous=True)
        contact = actions.register_contact(
            actor=actor, ticket=ticket, centre_id=world.centres["noord"], conversation_id=None, channel="phone",
            outcome="answered", talk_seconds=200, follow_key=b"key",
            involvement=actions.InvolvementData(name="J. Jansen", number="0612345678"),
        )  # fmt: skip
        assert contact.follow_key is None and queries.spoken(ticket) == []


def test_a_department_sees_a_ticket_from_the_moment_it_is_involved(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = open_one(world, actor)
        db.session.commit()
        ticket_id = ticket.id
    with world.scope("handler", Permission.TICKET_READ), pytest.raises(NotFound):
        queries.ticket(ticket_id)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        actions.involve_department(
            actor=actor, ticket=queries.ticket(ticket_id), department_id=world.departments["Aalburg", "burgerzaken"]
        )
        db.session.commit()
    with world.scope("handler", Permission.TICKET_READ):
        assert queries.ticket(ticket_id).id == ticket_id
    with world.scope("handler_afval", Permission.TICKET_READ), pytest.raises(NotFound):
        queries.ticket(ticket_id)


def test_a_stale_version_is_a_conflict_in_the_database_too(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = open_one(world, actor)
        db.session.commit()
        before = db.session.scalar(sa.select(Ticket.version).where(Ticket.id == ticket.id))
        actions.set_priority(actor=actor, ticket=ticket, priority=1)
        assert ticket.version == (before or 0) + 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(TicketEvent)) == 2
        # The audit trail is not shown under this permission: it is written, never read here.
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0
