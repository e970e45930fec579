"""A trial tells of each key once, wherever in the file it comes back, and keeps nothing of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from unittest import mock

import pytest

from kcc.core import jobs
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.imports import actions, actions_steps, queries
from kcc.imports.rules_kinds import KINDS
from tests.imports import files
from tests.support.world import World

HEAD = "gemcode,naam,vrcode\n"
CODES = ("1930", "1992", "0014", "1930", "0034", "0014", "1930", "0050")
TEXT = HEAD + "".join(f"GM{code},Gemeente {code},VR17\n" for code in CODES)


@pytest.fixture(autouse=True)
def _short_chunks() -> Iterator[None]:
    """Three rows at a time."""
    short = {name: replace(KINDS[name], chunk=3) for name in ("municipalities", "colleagues")}
    with mock.patch.dict(KINDS, short):
        yield


def left_over(world: World) -> list[str]:
    root = actions.store().root
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_a_key_that_comes_back_in_a_later_chunk_is_not_new(world: World) -> None:
    run_id = files.bring(world, "municipalities", TEXT)
    files.begin(world, run_id, dry_run=True)
    tried = files.run_of(world, run_id)
    assert (tried.added, tried.joined, tried.rows_read) == (5, 3, 8)
    assert files.amount(world, "municipality_register") == 0
    assert str(actions.tried_id(tried)) not in left_over(world)
    files.begin(world, run_id, dry_run=True)  # again: nothing of the trial before is remembered
    assert files.run_of(world, run_id).added == 5
    files.begin(world, run_id)
    assert files.run_of(world, run_id).added == 5 and files.amount(world, "municipality_register") == 5


def test_somebody_who_is_named_twice_is_placed_once(world: World) -> None:
    places = ("Afval", "Burgerzaken", "Afval", "Afval")
    run_id = files.bring(
        world, "colleagues", "E-mail;Afdeling\n" + "".join(f"agent@kcc.example;{place}\n" for place in places)
    )
    files.begin(world, run_id, dry_run=True)
    tried = files.run_of(world, run_id)
    assert (tried.added, tried.joined) == (2, 2)


def test_a_chunk_that_is_done_again_does_not_meet_itself(world: World) -> None:
    run_id = files.bring(world, "municipalities", TEXT)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        actions.begin(actor=actor, run_id=run_id, dry_run=True)
        db.session.commit()
    job = jobs.claim()
    assert job is not None and jobs.run(job) == "done"
    # The second chunk is killed when all was done but its commit.
    with mock.patch.object(actions_steps, "_keep_refusals", side_effect=RuntimeError):
        job = jobs.claim()
        assert job is not None and jobs.run(job) == "waiting"
    with world.scope("administrator", Permission.SETUP_MANAGE):
        assert actions.store().has(world.towns["Aalburg"], actions.tried_id(queries.run(run_id)))
    with world.admin() as admin:
        admin.execute("update job set run_after = now() where state = 'waiting'")
    files.work(world)
    tried = files.run_of(world, run_id)
    assert (tried.state, tried.added, tried.joined) == ("done", 5, 3)


def test_what_a_stopped_trial_met_goes_with_its_file(world: World) -> None:
    run_id = files.bring(world, "municipalities", TEXT)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        actions.begin(actor=actor, run_id=run_id, dry_run=True)
        db.session.commit()
    job = jobs.claim()
    assert job is not None and jobs.run(job) == "done"
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        run = queries.run(run_id)
        name = str(actions.tried_id(run))
        assert name in left_over(world)
        actions.drop_file(actor=actor, run=run)
        assert name not in left_over(world)
