"""Link, merge, split, and the way back from each."""

from __future__ import annotations

import uuid

import pytest

from kcc.contacts import actions, actions_links, queries
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from tests.factories.tickets import make_ticket, reference_of
from tests.support.world import World


def counts(world: World) -> tuple[int, int, int]:
    """Open tickets, texts, and tickets that are merged away."""
    with world.admin() as admin:
        row = admin.execute(
            "select (select count(*) from ticket where status = 'open'), (select count(*) from writing),"
            " (select count(*) from ticket where merged_into_id is not null)"
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def test_merging_and_undoing_it_brings_everything_back(world: World) -> None:
    one, other = make_ticket(world), make_ticket(world, question="Nog eens dezelfde vraag")
    before = counts(world)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        made = actions_links.merge(actor=actor, ticket=queries.ticket(one), into=queries.ticket(other))
        db.session.commit()
        link_id = made.id
    assert counts(world) == (before[0] - 1, before[1], 1)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        target = queries.ticket(other)
        assert {w.ticket_id for w in queries.writings(target, with_merged=[one])} == {one, other}
        assert queries.ticket(one).merged_into_id == other and queries.ticket(one).status == "closed"
        actions_links.unlink(actor=actor, ticket=target, link_id=link_id)
        db.session.commit()
    assert counts(world) == before
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        assert queries.ticket(one).closed_at is None and queries.links_of(queries.ticket(other)) == []
        with pytest.raises(NotFound):
            actions_links.unlink(actor=actor, ticket=queries.ticket(other), link_id=link_id)


def test_splitting_and_undoing_it_keeps_the_count_of_open_work(world: World) -> None:
    source = make_ticket(world, question="Paspoort, en ook grofvuil", department="burgerzaken")
    before = counts(world)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = queries.ticket(source)
        made, link = actions_links.split(
            actor=actor, ticket=ticket, writing_id=queries.writings(ticket)[0].id,
            topic_id=world.topics["noord", "grofvuil"], body="Ook grofvuil",
        )  # fmt: skip
        assert made.due_at is not None and made.department_ids == ticket.department_ids
        db.session.commit()
        made_id, link_id = made.id, link.id
    assert counts(world) == (before[0] + 1, before[1] + 1, 0)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        actions_links.unlink(actor=actor, ticket=queries.ticket(source), link_id=link_id)
        db.session.commit()
        assert queries.ticket(made_id).merged_into_id == source
    assert counts(world) == (before[0], before[1] + 1, 1)


def test_a_split_on_which_somebody_worked_is_not_undone(world: World) -> None:
    source = make_ticket(world)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = queries.ticket(source)
        made, link = actions_links.split(
            actor=actor, ticket=ticket, writing_id=queries.writings(ticket)[0].id,
            topic_id=world.topics["noord", "grofvuil"], body="Ook grofvuil",
        )  # fmt: skip
        actions.write(actor=actor, ticket=made, kind="note", body="Al gebeld", internal=True)
        with pytest.raises(InvalidState):
            actions_links.unlink(actor=actor, ticket=ticket, link_id=link.id)


def test_tickets_of_other_towns_or_themselves_are_no_company(world: World) -> None:
    ticket, elsewhere = make_ticket(world), make_ticket(world, town="Bergen")
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        of = queries.ticket(ticket)
        for reference in (reference_of(world, elsewhere), of.reference, "AAL-26-999999", "onzin", "", "\x00"):
            with pytest.raises(InvalidInput):
                actions_links.other_ticket(of, reference)
        with pytest.raises(InvalidInput):
            actions_links.merge(actor=actor, ticket=of, into=queries.ticket(elsewhere))


def test_a_ticket_is_merged_away_once_and_stays_shut(world: World) -> None:
    one, two, three = (make_ticket(world) for _ in range(3))
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        a, b, c = (queries.ticket(each) for each in (one, two, three))
        actions_links.merge(actor=actor, ticket=a, into=b)
        for ticket, into in ((a, c), (c, a), (b, c)):
            with pytest.raises(InvalidState):
                actions_links.merge(actor=actor, ticket=ticket, into=into)
        with pytest.raises(InvalidState):
            actions.move_ticket(actor=actor, ticket=a, to="open", reason="Toch")


def test_questions_of_different_residents_are_not_merged(world: World) -> None:
    one, two = make_ticket(world), make_ticket(world)
    with world.admin() as admin:
        for ticket in (one, two):
            party = uuid.uuid4()
            admin.execute(
                "insert into party (id, municipality_id, kind, name, search_name, language, is_secret, created_at, version)"
                " values (%s, %s, 'person', 'X', 'x', 'nl', false, now(), 1)", (party, world.towns["Aalburg"]),
            )  # fmt: skip
            admin.execute("update ticket set party_id = %s where id = %s", (party, ticket))
    with world.scope("agent", Permission.TICKET_WRITE) as actor, pytest.raises(InvalidInput):
        actions_links.merge(actor=actor, ticket=queries.ticket(one), into=queries.ticket(two))
