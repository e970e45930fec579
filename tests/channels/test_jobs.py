"""The channels' jobs call their verbs for the job's own town."""

from __future__ import annotations

import sqlalchemy as sa

import kcc.channels.jobs  # noqa: F401
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.tenancy import doorless_scope
from kcc.integrations import file_store
from tests.channels.test_actions_counter import do, make_counter, take
from tests.channels.test_actions_files import keep, row, scanner_at, work
from tests.integrations.scanner import running_scanner
from tests.support.world import World


def tick(name: str) -> None:
    assert jobs.PERIODIC[name]
    with doorless_scope():
        db.session.execute(sa.text("select kcc_tick(:n, 'nu')"), {"n": name})
        db.session.commit()


def test_what_waits_is_offered_to_the_scanner_again(world: World) -> None:
    kept = keep(world)
    with running_scanner() as scanner, scanner_at(world, scanner.address):
        tick("channels.scan_waiting")
        work(world)
    assert row(world, kept)["scan_state"] == "clean"


def test_files_and_rows_are_compared(world: World) -> None:
    kept = keep(world)
    file_store.store().path(world.towns["Aalburg"], kept).unlink()
    tick("channels.sweep_files")
    work(world)
    assert row(world, kept)["scan_state"] == "missing"


def test_yesterday_s_visitors_are_over(world: World) -> None:
    entrance = make_counter(world)
    take(world, entrance)
    called = take(world, entrance)
    do(world, "call_number", called)
    with world.admin() as admin:
        admin.execute("update queue_number set on_day = on_day - 1")
    take(world, entrance)
    tick("channels.close_counters")
    work(world)
    with world.admin() as admin:
        states = [r[0] for r in admin.execute("select state from queue_number order by on_day, number")]
        live = admin.execute("select count(*) from work_item where done_at is null").fetchone()
    assert states == ["no_show", "done", "waiting"] and live == (1,)
