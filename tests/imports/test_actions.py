"""An import from file to undone: columns, a trial that writes nothing, chunks that survive a kill, and what is refused."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor, Permission
from kcc.core.platform import command_scope
from kcc.imports import actions, actions_steps, queries
from kcc.imports.rules_kinds import KINDS
from tests.imports.files import HISTORY, PRODUCTS, amount, begin, bring, counts, run_of, undo, work
from tests.support.world import World

MANY = "UniformeProductnaam,URI\n" + "".join(f"product {n},http://example.org/{n}\n" for n in range(25))


@pytest.fixture
def small_chunks() -> Iterator[None]:
    with mock.patch.dict(KINDS, upl=type(KINDS["upl"])(**{**KINDS["upl"].__dict__, "chunk": 10})):
        yield


def test_a_trial_goes_the_same_way_and_writes_nothing_but_the_report(world: World) -> None:
    run_id = bring(world, "upl", MANY + ",http://example.org/x\nwoz,javascript:alert(1)\n")
    begin(world, run_id, dry_run=True)
    tried = run_of(world, run_id)
    assert (tried.state, counts(tried), amount(world, "product")) == ("done", (25, 0, 0, 2), 0)
    assert amount(world, "import_record") == 0
    with world.scope("administrator", Permission.SETUP_MANAGE):
        found = queries.refusals(queries.run(run_id), 10)
        assert [(row.line, row.field, row.code) for row in found] == [(27, "upn", "missing"), (28, "uri", "no_url")]
    begin(world, run_id)
    done = run_of(world, run_id)
    assert (done.dry_run, counts(done), amount(world, "product")) == (False, counts(tried), 25)
    assert amount(world, "import_refusal") == 2


def test_columns_are_chosen_and_remembered_for_the_next_file(world: World) -> None:
    text = PRODUCTS.replace("UniformeProductnaam", "Hoe het heet")
    run_id = bring(world, "upl", text)
    assert run_of(world, run_id).state == "new"
    mapping = {"upn": "Hoe het heet", "uri": "URI", "law_label": ""}
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        with pytest.raises(InvalidState):
            actions.begin(actor=actor, run_id=run_id, dry_run=True)
        for wrong, field in (
            ({"upn": "Hoe het heet"}, "uri"),
            ({**mapping, "uri": "weg"}, "uri"),
            ({**mapping, "uri": mapping["upn"]}, "upn"),
        ):
            with pytest.raises(InvalidInput) as refusal:
                actions.choose_columns(actor=actor, run_id=run_id, mapping=wrong)
            assert refusal.value.field == f"column_{field}"
        actions.choose_columns(actor=actor, run_id=run_id, mapping=mapping)
        db.session.commit()
    again = run_of(world, bring(world, "upl", text))
    assert (again.state, again.mapping["upn"]) == ("ready", "Hoe het heet")
    assert run_of(world, bring(world, "upl", PRODUCTS)).mapping["upn"] == "UniformeProductnaam"


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_that_is_killed_leaves_nothing_of_its_chunk_and_the_next_goes_on_there(world: World) -> None:
    run_id = bring(world, "upl", MANY)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        actions.begin(actor=actor, run_id=run_id, dry_run=False)
        db.session.commit()
    assert jobs.run(_claimed()) == "done"
    killed = _claimed(lease_seconds=-1)  # its lease is over at once, as of a worker that is gone
    with scope_of_job(world):
        actions_steps.take_step(actor=Actor.job(), run_id=run_id)
        db.session.flush()  # and no commit
    assert amount(world, "product") == 10
    assert killed.name == "imports.step" and work(world) == ["imports.step"] * 2
    run = run_of(world, run_id)
    assert (run.state, run.rows_read, counts(run), amount(world, "product")) == ("done", 25, (25, 0, 0, 0), 25)


@pytest.mark.usefixtures("small_chunks")
def test_a_run_is_stopped_between_chunks_goes_on_there_and_is_undone(world: World) -> None:
    run_id = bring(world, "upl", MANY)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        actions.begin(actor=actor, run_id=run_id, dry_run=False)
        db.session.commit()
    assert jobs.run(_claimed()) == "done"
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        actions.stop(actor=actor, run_id=run_id)
        db.session.commit()
    work(world)
    assert (run_of(world, run_id).state, amount(world, "product")) == ("stopped", 10)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        actions.go_on(actor=actor, run_id=run_id)
        db.session.commit()
        with pytest.raises(InvalidState):
            actions.go_on(actor=actor, run_id=run_id)
    assert jobs.run(_claimed()) == "done"
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        actions.stop(actor=actor, run_id=run_id)
        db.session.commit()
    work(world)
    assert amount(world, "product") == 20
    undo(world, run_id)
    assert (run_of(world, run_id).removed, amount(world, "product"), amount(world, "import_record")) == (20, 0, 0)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor, pytest.raises(InvalidState):
        actions.begin(actor=actor, run_id=run_id, dry_run=False)


def test_a_row_that_the_database_refuses_is_left_out_alone(world: World) -> None:
    run_id = bring(world, "municipality_history", HISTORY)
    begin(world, run_id)
    # A successor that is there twice in one statement would be refused; here the code of a postcode's town is gone.
    real = actions_steps.WRITERS["postcodes"].write

    def spoil(batch: object) -> None:
        real(batch)  # type: ignore[arg-type]
        if any(row.values["pc4"] == "3231" for row in batch.rows):  # type: ignore[attr-defined]
            db.session.execute(db.text("insert into postcode_area values ('1111', '1800-01-01', null, 'x', 'zzzz')"))

    postcodes = bring(
        world, "postcodes", "postcode,plaats,gemeente\n3231,Brielle,Brielle\n3221,Hellevoetsluis,Hellevoetsluis\n"
    )
    with mock.patch.dict(
        actions_steps.WRITERS, postcodes=actions_steps.Writer(spoil, actions_steps.WRITERS["postcodes"].remove)
    ):
        begin(world, postcodes)
    run = run_of(world, postcodes)
    assert counts(run) == (1, 0, 0, 1)
    with world.scope("administrator", Permission.SETUP_MANAGE):
        assert [(row.line, row.code) for row in queries.refusals(run, 5)] == [(2, "database")]


def test_a_town_out_of_sight_an_unknown_kind_and_a_run_of_another_town_are_not_found(world: World) -> None:
    run_id = bring(world, "upl", PRODUCTS)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        for town, kind in (("Bergen", "upl"), ("Aalburg", "geen")):
            with pytest.raises(NotFound):
                actions.bring_file(
                    actor=actor, municipality_id=world.towns[town], kind=kind, name="x", data=PRODUCTS.encode()
                )
    with world.scope("agent_zuid", Permission.DESK_USE), pytest.raises(NotFound):
        queries.run(run_id)


def test_a_list_of_the_country_is_written_by_a_job_or_a_command_only(world: World) -> None:
    with world.scope("administrator", Permission.SETUP_MANAGE):
        with pytest.raises(Exception, match="row-level security"):
            db.session.execute(db.text("insert into municipality_register (code, name) values ('0001', 'x')"))
    run_id = bring(world, "municipality_history", HISTORY)
    begin(world, run_id)
    with world.scope("administrator", Permission.SETUP_MANAGE):
        assert db.session.execute(db.text("delete from municipality_register")).rowcount == 0  # type: ignore[attr-defined]


def test_a_run_whose_file_is_gone_stops_and_says_so(world: World) -> None:
    run_id = bring(world, "upl", PRODUCTS)
    actions.store().remove(world.towns["Aalburg"], run_id)
    begin(world, run_id)
    run = run_of(world, run_id)
    assert (run.state, run.file_kept, counts(run)) == ("stopped", False, (0, 0, 0, 0))


def test_files_that_nothing_is_to_be_done_with_go(world: World) -> None:
    run_id = bring(world, "upl", PRODUCTS)
    stray = uuid.uuid4()
    actions.store().put(world.towns["Aalburg"], stray, b"x")
    with scope_of_job(world):
        assert actions.tidy(actor=Actor.job(), municipality_id=world.towns["Aalburg"], at=now()) == 0
        later = now() + timedelta(days=15)
        assert actions.tidy(actor=Actor.job(), municipality_id=world.towns["Aalburg"], at=later, grace_seconds=-1) >= 2
        db.session.commit()
    assert not run_of(world, run_id).file_kept
    assert not any(actions.store().has(world.towns["Aalburg"], file_id) for file_id in (run_id, stray))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(sorted(KINDS)))
def test_broken_files_are_refused_or_reported_never_a_fault_of_ours(world: World, data: bytes, kind: str) -> None:
    names = ";".join((field.known_as or (field.key,))[0] for field in KINDS[kind].fields)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        try:
            run = actions.bring_file(
                actor=actor,
                municipality_id=world.towns["Aalburg"],
                kind=kind,
                name="x",
                data=names.encode() + b"\n" + data,
            )
        except InvalidInput:
            return
        actions.begin(actor=actor, run_id=run.id, dry_run=True, by_job=False)
        while actions_steps.take_step(actor=Actor.job(), run_id=run.id):
            pass
        assert run.rows_read == run.added + run.changed + run.unchanged + run.joined + run.kept + run.refused


def _claimed(lease_seconds: int = 60) -> jobs.Claimed:
    job = jobs.claim(lease_seconds)
    assert job is not None
    return job


def scope_of_job(world: World) -> AbstractContextManager[int]:
    return command_scope(world.app.config["SETTINGS"].platform_url, "noord", reason="test")
