"""A town leaves: everything is given, nothing is left, the others stay as they were."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.core.tenancy import doorless_scope
from kcc.integrations import file_store
from kcc.succession import actions_leaving
from kcc.succession.reimporting import reimport
from tests.factories.succession import BOTH, make_administrators, merge, plan, seal_numbers, sign, work
from tests.factories.tickets import make_ticket
from tests.proofs._lookalikes import Planter
from tests.support.databases import drop, migrated, plain
from tests.support.world import World


def leave(world: World, town: str, meanwhile: Callable[[], None] = lambda: None) -> Path:
    """From plan to certificate; gives the folder of the export."""
    make_administrators(world, town)
    with world.admin() as admin:
        admin.execute("update succession set cancelled_at = now() where municipality_id = %s", (world.towns[town],))
    with world.scope(BOTH[0], Permission.SETUP_MANAGE) as actor:
        made = actions_leaving.plan_leaving(actor=actor, municipality_id=world.towns[town], on_day=now().date())
        found, folder = made.id, actions_leaving.folder_of(made)
        db.session.commit()
    work()
    sign(world, found)
    meanwhile()
    work()
    return folder


def bury() -> None:
    with doorless_scope():
        db.session.execute(sa.text("select kcc_tick('succession.follow', :n)"), {"n": secrets.token_hex(4)})
        db.session.commit()
    work()


def sums(world: World, *towns: str) -> list[Any]:
    changing = ["job", "audit_entry"]
    with world.admin() as admin:
        return [
            admin.execute("select guard.checksum(%s) - %s::text[]", (world.towns[town], changing)).fetchone()
            for town in towns
        ]


def test_everything_is_given_nothing_is_left_and_the_others_stay(world: World, admin_url: str) -> None:
    planted = Planter(world).plant()
    seal_numbers(world, "Cadzand")
    file_id = planted["Cadzand"]["attachment"][0]
    if not file_store.store().has(world.towns["Cadzand"], file_id):
        file_store.store().put(world.towns["Cadzand"], file_id, b"inhoud")
    others = sums(world, "Aalburg", "Bergen", "Drunen")
    folder = leave(world, "Cadzand")
    bury()
    assert sums(world, "Aalburg", "Bergen", "Drunen") == others
    with world.admin() as admin:
        for (table,) in admin.execute("select name from guard.municipal_tables()").fetchall():
            left = admin.execute(
                f"select count(*) from {table} where municipality_id = %s".encode(), (world.towns["Cadzand"],)
            ).fetchone()
            assert left == (0,), table
        assert admin.execute("select 1 from municipality where id = %s", (world.towns["Cadzand"],)).fetchone() is None
        certificate = admin.execute(
            "select town_name, others_before = others_after, (removed ->> 'ticket')::int from departure_certificate where town_name = 'Cadzand'"
        ).fetchone()
    assert certificate == ("Cadzand", True, len(planted["Cadzand"]["ticket"]))
    assert not file_store.store().has(world.towns["Cadzand"], file_id)
    assert (folder / "files" / str(file_id)).read_bytes() == b"inhoud"
    assert json.loads((folder / "data" / "party_identifier.json").read_text())[0]["number"].isdigit()
    taken_in_elsewhere(admin_url, folder)
    spoiled_exports_are_refused(admin_url, folder)


def test_a_town_that_came_out_of_mergers_leaves_with_all_that_its_predecessors_kept(
    world: World, admin_url: str
) -> None:
    """Bergen went on as Cadzand, that as Aalburg: one chain, and Aalburg leaves."""
    made = {
        town: make_ticket(world, town=town, person=person, status="closed")
        for town, person in (("Bergen", "agent"), ("Cadzand", "agent_cadzand"), ("Aalburg", "agent"))
    }
    still_open = make_ticket(world, town="Bergen", person="agent")
    stays = make_ticket(world, town="Drunen", person="agent_zuid", status="closed")
    merge(world, "Bergen", "Cadzand")
    merge(world, "Cadzand", "Aalburg")
    number = uuid.uuid4()
    file_store.store().put(world.towns["Bergen"], number, b"van Bergen")
    others = sums(world, "Drunen")
    folder = leave(world, "Aalburg")
    assert sums(world, "Drunen") == others
    bury()
    left = [world.towns[town] for town in ("Aalburg", "Bergen", "Cadzand")]
    with world.admin() as admin:
        assert admin.execute("select guard.checksum(%s::int[])", (left,)).fetchone() == ({},)
        for table in (
            "municipality where id",
            "guard.succession_run where predecessor_id",
            "guard.succession_map where municipality_id",
        ):
            assert admin.execute(f"select 1 from {table} = any(%s)".encode(), (left,)).fetchall() == [], table
        assert admin.execute("select id from ticket").fetchall() == [(stays,)]
        certificate = admin.execute(
            "select manifest -> 'towns', (removed ->> 'ticket')::int, others_before = others_after from departure_certificate"
        ).fetchone()
    assert certificate == (["Aalburg", "Bergen", "Cadzand"], 4, True)
    assert not file_store.store().has(world.towns["Bergen"], number)
    assert (folder / "files" / str(number)).read_bytes() == b"van Bergen"
    towns = {row["id"]: row["municipality_id"] for row in json.loads((folder / "data" / "ticket.json").read_text())}
    assert towns == {
        **{str(made[town]): world.towns[town] for town in made}, str(still_open): world.towns["Aalburg"],
    }  # fmt: skip
    taken_in_elsewhere(admin_url, folder, family=sorted(left))


def test_a_town_into_which_another_is_still_going_does_not_leave(world: World) -> None:
    merging = plan(world, "Bergen", "Cadzand", now().date() + timedelta(days=30))
    with world.scope(BOTH[0], Permission.SETUP_MANAGE) as actor, pytest.raises(InvalidInput, match="nog een andere"):
        actions_leaving.plan_leaving(actor=actor, municipality_id=world.towns["Cadzand"], on_day=now().date())
    move_plan(world, merging, "Aalburg")
    # as if both were planned at the same moment
    leave(world, "Cadzand", meanwhile=lambda: move_plan(world, merging, "Cadzand"))
    with world.admin() as admin:
        assert admin.execute("select 1 from guard.departure_run").fetchall() == []
        assert admin.execute(
            "select fault from job where name = 'succession.run' and fault is not null"
        ).fetchall() == [("KC016",)]


def move_plan(world: World, plan_id: uuid.UUID, successor: str) -> None:
    with world.admin() as admin:
        admin.execute("update succession set successor_id = %s where id = %s", (world.towns[successor], plan_id))


def empty(admin_url: str) -> tuple[str, str]:
    name = f"kcc_test_{secrets.token_hex(4)}"
    migrated(admin_url, name)
    return name, plain(admin_url, database=name)


def taken_in_elsewhere(admin_url: str, folder: Path, family: list[int] | None = None) -> None:
    name, url = empty(admin_url)
    try:
        with psycopg.connect(url, autocommit=True) as admin:
            rows = reimport(admin, folder)
            assert rows["ticket"] and admin.execute("select count(*) from ticket").fetchone() == (rows["ticket"],)
            if family:  # the last one still reads what the others left
                assert admin.execute("select max(cardinality(guard.family(id))) from municipality").fetchone() == (
                    len(family),
                )
            with pytest.raises(ValueError, match="not empty"):
                reimport(admin, folder)
    finally:
        drop(admin_url, name)


def spoiled_exports_are_refused(admin_url: str, folder: Path) -> None:
    with psycopg.connect(plain(admin_url)) as admin:
        tickets = folder / "data" / "ticket.json"
        kept = tickets.read_text()
        tickets.write_text(kept.replace("phone", "email", 1))
        with pytest.raises(ValueError, match=r"ticket\.json"):
            reimport(admin, folder)
        tickets.unlink()
        with pytest.raises(ValueError, match=r"ticket\.json"):
            reimport(admin, folder)
        tickets.write_text(kept)


def test_a_table_on_no_list_stops_the_export(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(actions_leaving.rules.NOT_ALONG, "saved_view")
    leave(world, "Cadzand")
    with world.admin() as admin:
        assert admin.execute("select step from guard.departure_run").fetchall() == []
        assert admin.execute(
            "select left_on from municipality where id = %s", (world.towns["Cadzand"],)
        ).fetchone() == (None,)
        fault = admin.execute("select fault from job where name = 'succession.run'").fetchone()
    assert fault == ("KCCError",)
