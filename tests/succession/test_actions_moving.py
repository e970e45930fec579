"""A town goes on as another: everything that is open goes over, everything closed stays to be read, nothing is lost."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg.types.json import Jsonb

from kcc.contacts import actions as contacts
from kcc.contacts.models import Ticket
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.core.tenancy import doorless_scope, scope
from kcc.insight.rules_figures import select_period, together
from kcc.integrations import file_store
from kcc.municipalities import queries as municipalities
from tests.factories.backoffice import make_task
from tests.factories.succession import merge, plan, seal_numbers, sign, work
from tests.factories.tickets import make_ticket, reference_of
from tests.insight.histories import AT, OCTOBER, count, tell
from tests.proofs._lookalikes import Planter
from tests.support.world import World


def rows(world: World, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with world.admin() as admin:
        return admin.execute(statement, values).fetchall()


def counted(world: World, *towns: str) -> dict[str, int]:
    """Rows of towns together, by table, counted past every lock."""
    tables = [row[0] for row in rows(world, "select name from guard.municipal_tables()")]
    ids = [world.towns[town] for town in towns]
    return {
        table: rows(world, f"select count(*) from {table} where municipality_id = any(%s)", ids)[0][0]
        for table in tables
    }


CONTENT = (
    "ticket", "contact", "involvement", "writing", "ticket_terms", "ticket_link", "transfer", "internal_task", "task_request",
    "contact_attempt", "task_notice", "attachment", "outgoing_mail", "received_mail", "mail_content", "received_form", "form_file",
    "rating", "call", "call_event", "call_leg", "caller_number", "work_item", "routing_decision", "queue_number", "conversation",
    "article", "article_report", "incident",
)  # fmt: skip
"""What is neither added nor joined by a merger."""


def test_every_kind_of_row_goes_over_and_none_is_lost(world: World) -> None:
    Planter(world).plant()
    seal_numbers(world, "Aalburg", "Bergen", "Cadzand")
    before, others = counted(world, "Bergen", "Aalburg"), counted(world, "Cadzand", "Drunen")
    found = merge(world, "Bergen", "Aalburg")
    after = counted(world, "Bergen", "Aalburg")
    assert {table: after[table] for table in CONTENT} == {table: before[table] for table in CONTENT}
    assert counted(world, "Cadzand", "Drunen") == others
    assert rows(world, "select step, differences from guard.succession_run where succession_id = %s", found) == [
        ("done", {})
    ]
    assert rows(world, "select guard.left_behind(%s)", world.towns["Bergen"]) == [({},)]
    assert counted(world, "Bergen")["ticket"] == 0 and counted(world, "Aalburg")["ticket"] == before["ticket"]


def test_closed_questions_stay_and_the_successor_reads_them(world: World) -> None:
    still_open = make_ticket(world, town="Cadzand", person="agent_cadzand")
    closed = make_ticket(world, town="Cadzand", person="agent_cadzand", status="closed")
    merge(world, "Cadzand", "Aalburg")
    where = dict(rows(world, "select id, municipality_id from ticket"))
    assert where == {still_open: world.towns["Aalburg"], closed: world.towns["Cadzand"]}
    page = world.page("agent").get(f"/tickets/{closed}")
    assert reference_of(world, closed) in page.text
    with world.scope("agent_zuid", Permission.TICKET_READ):
        assert db.session.scalars(sa.select(Ticket.id)).all() == []


def test_nobody_writes_under_the_old_name_any_more(world: World) -> None:
    closed = make_ticket(world, town="Cadzand", person="agent_cadzand", status="closed")
    merge(world, "Cadzand", "Aalburg")
    with world.scope("agent", Permission.DESK_USE) as actor:
        with pytest.raises(sa.exc.ProgrammingError, match="closed_insert"):
            contacts.open_ticket(
                actor=actor, municipality_id=world.towns["Cadzand"], topic_id=world.topics["noord", "paspoort"], channel="phone"
            )  # fmt: skip
    with world.scope("agent", Permission.TICKET_WRITE):
        with pytest.raises(sa.exc.ProgrammingError, match="closed_update"):
            db.session.execute(sa.update(Ticket).where(Ticket.id == closed).values(priority=1))
    with world.scope("agent", Permission.TICKET_WRITE):
        assert db.session.execute(sa.delete(Ticket).where(Ticket.id == closed)).rowcount == 0  # type: ignore[attr-defined]
    with world.scope("agent", Permission.DESK_USE):
        assert world.towns["Cadzand"] not in {town.id for town in municipalities.visible_municipalities()}


def test_numbers_and_mailboxes_of_the_old_name_lead_to_the_new_town(world: World) -> None:
    merge(world, "Cadzand", "Aalburg")
    number = rows(world, "select address from entrance where id = %s", world.entrances["Cadzand"])[0][0]
    with world.scope("agent", Permission.DESK_USE):
        found = [way for way in municipalities.entrances(["phone"]) if way.address == number]
        assert [way.municipality_id for way in found] == [world.towns["Aalburg"]]
    with doorless_scope():
        statement = "select kcc_receive_mail(:to, :raw, 'lmtp', 'a@example.org', null, null)"
        db.session.execute(
            sa.text(statement), {"to": world.mailboxes["Cadzand"], "raw": b"From: a@example.org\r\n\r\nHallo"}
        )
        db.session.commit()
    assert rows(world, "select distinct municipality_id from received_mail") == [(world.towns["Aalburg"],)]


def test_the_link_of_an_old_form_opens_the_form_of_the_new_town(world: World) -> None:
    planted = Planter(world).plant()
    seal_numbers(world, "Aalburg", "Bergen")
    form = planted["Bergen"]["webform"][0]
    slug = rows(world, "select address from entrance where id = %s", form)[0][0]
    merge(world, "Bergen", "Aalburg")
    with doorless_scope():
        shown = db.session.scalar(sa.text("select kcc_public_form(:id, :slug)"), {"id": form, "slug": slug})
    aalburg = rows(world, "select name from municipality where id = %s", world.towns["Aalburg"])[0][0]
    assert shown is not None and shown["town"] == aalburg


def test_what_is_typed_in_a_conversation_in_hand_is_for_the_new_town(world: World) -> None:
    merge(world, "Cadzand", "Aalburg")
    old, new = world.towns["Cadzand"], world.towns["Aalburg"]
    body = {
        "questions": [{"municipality_id": old, "notes": f'"municipality_id": {old}0'}],
        "party_town": old,
        "party_id": "x",
    }
    renamed = rows(world, "select guard.renamed_body(%s, %s, %s)", Jsonb(body), old, new)[0][0]
    assert renamed["questions"][0]["municipality_id"] == renamed["party_town"] == new
    assert renamed["questions"][0]["notes"] == f'"municipality_id": {old}0'


def test_the_page_says_why_nothing_can_be_written_under_the_old_name(world: World) -> None:
    closed = make_ticket(world, town="Cadzand", person="agent_cadzand", status="closed")
    merge(world, "Cadzand", "Aalburg")
    page = world.page("agent").get(f"/tickets/{closed}")
    page.submit('form[action$="/reopen"]', status=409, reason="Toch nog een vraag")
    assert "samengegaan met een andere" in page.text


def test_a_handler_of_the_old_town_finds_open_work_and_closed_work_again(world: World) -> None:
    task, ticket = make_task(world, town="Bergen")
    done = make_ticket(world, town="Bergen", department="burgerzaken", status="closed")
    merge(world, "Bergen", "Aalburg")
    with world.scope("handler_bergen", Permission.TASK_WORK):
        assert set(db.session.scalars(sa.select(Ticket.id))) == {ticket, done}
    assert rows(world, "select municipality_id, department_id from internal_task where id = %s", task) == [
        (world.towns["Aalburg"], world.departments["Aalburg", "burgerzaken"])
    ]


def test_figures_add_up_under_the_successor(world: World) -> None:
    tell(world, random.Random(3), 60)
    selection = select_period(OCTOBER, AT)
    before = count(world, selection)
    both = [world.towns["Bergen"], world.towns["Aalburg"]]
    merge(world, "Bergen", "Aalburg")
    after = count(world, selection)
    assert after.now[world.towns["Aalburg"]] == together([before.now[town] for town in both])
    assert world.towns["Bergen"] not in after.now
    topics = {topic for topic, _town in before.topics}
    for topic in topics:
        assert after.topics[topic, both[1]] == sum(before.topics.get((topic, town), 0) for town in both)


def test_chains_are_followed(world: World) -> None:
    first = make_ticket(world, town="Cadzand", person="agent_cadzand", status="closed")
    live = make_ticket(world, town="Cadzand", person="agent_cadzand")
    merge(world, "Cadzand", "Bergen")
    merge(world, "Bergen", "Aalburg")
    where = dict(rows(world, "select id, municipality_id from ticket"))
    assert where == {first: world.towns["Cadzand"], live: world.towns["Aalburg"]}
    with world.scope("agent", Permission.TICKET_READ):
        assert municipalities.heirs() == {
            world.towns["Cadzand"]: world.towns["Aalburg"],
            world.towns["Bergen"]: world.towns["Aalburg"],
        }
        assert set(db.session.scalars(sa.select(Ticket.id))) == {first, live}
    number = rows(world, "select address from entrance where id = %s", world.entrances["Cadzand"])[0][0]
    assert rows(world, "select municipality_id from entrance where address = %s and active", number) == [
        (world.towns["Aalburg"],)
    ]


def test_what_is_opened_again_is_brought_over(world: World) -> None:
    closed = make_ticket(world, town="Cadzand", person="agent_cadzand", status="closed")
    merge(world, "Cadzand", "Aalburg")
    rows_before = rows(world, "select municipality_id from ticket where id = %s", closed)
    with world.admin() as admin:
        admin.execute("update ticket set status = 'open' where id = %s", (closed,))
    with doorless_scope():
        db.session.execute(sa.text("select kcc_tick('succession.follow', '1')"))
        db.session.commit()
    work()
    assert rows_before == [(world.towns["Cadzand"],)]
    assert rows(world, "select municipality_id from ticket where id = %s", closed) == [(world.towns["Aalburg"],)]


def test_the_same_number_is_the_same_person(world: World) -> None:
    Planter(world).plant()
    seal_numbers(world, "Aalburg", "Bergen")
    seal_numbers(world, "Aalburg", "Bergen", digits="111222333", most=1)
    before = counted(world, "Bergen", "Aalburg")["party_identifier"]
    found = merge(world, "Bergen", "Aalburg")
    ways = dict(rows(world, "select how, count(*) from guard.succession_map where kind = 'party' group by how"))
    assert ways["same_number"] == 1
    kept = counted(world, "Aalburg")["party_identifier"]
    assert kept == before - 1
    assert rows(world, "select done_at is not null from guard.succession_run where succession_id = %s", found) == [
        (True,)
    ]


@pytest.mark.parametrize("spoil", ["one signature", "the day", "changed after", "another lease", "a session"])
def test_the_database_moves_nothing_without_what_it_takes(world: World, spoil: str) -> None:
    make_ticket(world, town="Cadzand", person="agent_cadzand")
    found = plan(world, "Cadzand", "Aalburg")
    sign(world, found, *(("administrator",) if spoil == "one signature" else ()))
    changes: dict[str, Callable[[Any], object]] = {
        "the day": lambda admin: admin.execute("update succession set on_day = current_date + 1"),
        "changed after": lambda admin: admin.execute(
            "update succession_choice set choice = 'new' where kind = 'department'"
        ),
    }
    with world.admin() as admin:
        changes.get(spoil, lambda _admin: None)(admin)
    town = world.towns["Bergen" if spoil == "another lease" else "Cadzand"]
    secret = world.session_for("administrator") if spoil == "a session" else _lease(town)
    with scope(secret, Permission.JOB_RUN), pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.text("select kcc_start_succession(:id)"), {"id": found})
    assert rows(world, "select count(*) from guard.succession_run") == [(0,)]


def _lease(town: int) -> str:
    with doorless_scope():
        db.session.execute(sa.text("select kcc_tick('succession.follow', :key)"), {"key": str(uuid.uuid4())})
        db.session.commit()
    while job := jobs.claim():
        if job.municipality_id == town:
            return job.lease
    raise AssertionError("no lease")


def test_killed_between_two_steps_it_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(5):
        make_ticket(world, town="Cadzand", person="agent_cadzand")
    monkeypatch.setattr("kcc.succession.actions_moving.TICKETS_A_STEP", 2)
    found = plan(world, "Cadzand", "Aalburg")
    sign(world, found)
    while (job := jobs.claim()) and job.name != "succession.run":
        pass
    assert job is not None
    with scope(job.lease, Permission.JOB_RUN):
        jobs.HANDLERS[job.name](job)  # and then the machine stops: nothing is committed
    assert rows(world, "select count(*) from guard.succession_run") == [(0,)]
    with world.admin() as admin:
        admin.execute("update job set leased_until = now() - interval '1 second' where state = 'running'")
    work()
    assert rows(world, "select municipality_id, count(*) from ticket group by 1") == [(world.towns["Aalburg"], 5)]


def test_files_are_found_under_the_successor(world: World) -> None:
    planted = Planter(world).plant()
    seal_numbers(world, "Bergen", "Aalburg")
    file_id = planted["Bergen"]["attachment"][0]
    file_store.store().put(world.towns["Bergen"], file_id, b"inhoud")
    merge(world, "Bergen", "Aalburg")
    assert file_store.store().read(world.towns["Aalburg"], file_id) == b"inhoud"
