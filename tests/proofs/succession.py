"""Towns merge and leave: nothing lost, sums equal, whatever is killed in between; and a forgotten table is found."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import psycopg

from kcc.core.db import db
from kcc.demo import history
from kcc.demo.load import load_demo
from kcc.insight.rules_figures import together
from kcc.launch.proving import Outcome, Run, proof
from kcc.succession.exporting import Package
from kcc.succession.reimporting import reimport
from tests.factories.succession import seal_numbers
from tests.proofs._house import House, house, make_app
from tests.proofs._lookalikes import Planter
from tests.proofs._succeeding import Stage
from tests.support.databases import drop, migrated, plain

FORGETFUL_TABLES = """
create or replace function guard.hanging_on(root text) returns table (name text) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  with recursive r as materialized (select * from guard.references_between()), g as (select root as name union select r.child from r join g on g.name = r.parent)
  select g.name from g where g.name <> 'writing'
$$"""
FORGETFUL_MOVES = """
create or replace function guard.move_loose(p integer, n integer) returns jsonb language sql security definer set search_path = guard, pg_catalog, pg_temp as $$ select '{}'::jsonb $$"""
FORGETFUL_FAMILY = """
create or replace function guard.family(town integer) returns integer[] language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$ select array[town] $$"""
"""The faults that are planted: predecessors forgotten, a table that hangs on questions is left out, and what waits without a question."""
WEEKS = {"voorne-putten": 8, "nijmegen": 2}
KINDS = {"route", "entrance", "department"}


@proof("succession")
def succession(run: Run) -> Outcome:
    """Merge and leave in the small world, and at full size Brielle, Westvoorne and Hellevoetsluis on the demonstration data."""
    results: dict[str, Any] = {}
    with house(run) as place, place.app.app_context():
        results["small_world"] = _small(run, place)
    if not run.reduced:
        with _demo(run, "voorne-putten") as stage:
            results["voorne_aan_zee"] = _voorne(run, stage)
        with _demo(run, "nijmegen") as stage:
            results["berg_en_dal"] = _berg_en_dal(run, stage)
    control = _controls(run)
    faults = [f"{name}: {fault}" for name, each in results.items() for fault in each["faults"]]
    return Outcome(
        n=sum(int(each["kills"]) for each in results.values()),
        result={**results, "faults": faults},
        holds=not faults,
        control=control,
        control_found=all(control.values()),
    )


def _small(run: Run, place: House) -> dict[str, Any]:
    """A row of every kind; Bergen goes on as Aalburg, that leaves with all that Bergen kept, and Cadzand by itself."""
    stage = _stage(place)
    merged = _merge(run, stage, [("Bergen", "Aalburg")], kills=run.size(full=20, reduced=3))
    both = _leave(run, stage, "Aalburg", kills=run.size(full=10, reduced=2))
    left = {"faults": []} if run.reduced else _leave(run, stage, "Cadzand", kills=10)
    faults = [*merged["faults"], *both["faults"], *left["faults"]]
    return {"merged": merged, "left_with_predecessor": both, "left": left, "kills": stage.kills, "faults": faults}


def _voorne(run: Run, stage: Stage) -> dict[str, Any]:
    """Three towns into a new one; a neighbour leaves, then the new one with all that the three kept."""
    _add_town(stage, "Hellevoetsluis", "HEL", "0530", like="Brielle")
    _add_town(stage, "Voorne aan Zee", "VAZ", "1992")
    olds = ("Brielle", "Westvoorne", "Hellevoetsluis")
    merged = _merge(run, stage, [(old, "Voorne aan Zee") for old in olds], kills=20)
    left = _leave(run, stage, "Bernisse", kills=10)
    four = _leave(run, stage, "Voorne aan Zee", kills=10)
    faults = [*merged["faults"], *left["faults"], *four["faults"]]
    return {"merged": merged, "left": left, "left_with_predecessors": four, "kills": stage.kills, "faults": faults}


def _berg_en_dal(run: Run, stage: Stage) -> dict[str, Any]:
    """The chain: Ubbergen and Millingen into Groesbeek, which goes on as Berg en Dal."""
    _add_town(stage, "Berg en Dal", "BED", "1945")
    chain = [("Ubbergen", "Groesbeek"), ("Millingen aan de Rijn", "Groesbeek"), ("Groesbeek", "Berg en Dal")]
    merged = _merge(run, stage, chain, kills=10)
    return {"merged": merged, "kills": stage.kills, "faults": merged["faults"]}


def _merge(run: Run, stage: Stage, pairs: list[tuple[str, str]], kills: int) -> dict[str, Any]:
    """Carry out mergers one after the other; figures, and whatever is not as promised."""
    last = pairs[-1][1]
    names = list(dict.fromkeys([name for pair in pairs for name in pair]))
    others = [name for name in stage.towns if name not in names]
    stage.appoint(last)
    doors = stage.rows(
        "select id, kind, address from entrance where active and municipality_id = any(%s)",
        [stage.towns[name] for name in names],
    )
    before, apart, figures = stage.counted(*names), stage.counted(*others), stage.figures()
    plans = {old: stage.merge(old, new, kills, run.random) for old, new in pairs}
    after, faults = stage.counted(*names), []
    lost = {table: before[table] - after[table] for table in before if before[table] != after[table]}
    if lost:
        faults.append(f"lost: {lost}")
    if stage.counted(*others) != apart:
        faults.append("rows of other towns changed")
    now_figures = stage.figures()
    if together(figures[stage.towns[name]] for name in names) != now_figures[stage.towns[last]]:
        faults.append("sums of statistics differ")
    wrong = [door for door in doors if not _leads_to(stage, door, last)]
    if wrong:
        faults.append(f"{len(wrong)} entrances lead elsewhere")
    faults += [f"{old}: {fault}" for old, plan in plans.items() for fault in _explained(stage, old, plan)]
    return {
        "mergers": len(plans), "rows": sum(before.values()), "questions": before["ticket"],
        "moved": sum(int(moved) for (moved,) in stage.rows("select coalesce((moved ->> 'ticket')::int, 0) from guard.succession_run")),
        "entrances": len(doors), "faults": faults,
    }  # fmt: skip


def _leads_to(stage: Stage, door: tuple[Any, ...], town: str) -> bool:
    """Whether an entrance of before leads, by its number, mailbox or the id in its link, to the town that is there now."""
    number, kind, address = door
    found = stage.rows(
        "select e.municipality_id, e.kind, e.address, e.active from entrance e where e.id = guard.heir_entrance(%s)",
        number,
    )
    return found == [(stage.towns[town], kind, address, True)]


def _explained(stage: Stage, old: str, plan: object) -> list[str]:
    """What is not done, left behind, or not explained of one merger."""
    faults = []
    if stage.rows("select step, differences from guard.succession_run where succession_id = %s", plan) != [
        ("done", {})
    ]:
        return ["not done"]
    if stage.rows("select guard.left_behind(%s)", stage.towns[old]) != [({},)]:
        faults.append("something is left behind")
    kinds = {kind for (kind,) in stage.rows("select distinct kind from guard.succession_map where municipality_id = %s", stage.towns[old])}  # fmt: skip
    if not KINDS <= kinds or not kinds & {"article", "overlay"}:
        faults.append(f"only {sorted(kinds)} explained")
    return faults


def _leave(run: Run, stage: Stage, town: str, kills: int) -> dict[str, Any]:
    """A town leaves with its predecessors; its export goes into an empty installation; the others are as they were."""
    stage.appoint(town)
    gone = stage.line_of(town)
    others = [name for name in stage.towns if name not in gone]
    numbers = [stage.towns[name] for name in gone]
    kept = stage.rows("select count(*) from ticket where municipality_id = any(%s)", numbers)[0][0]
    changing = ["job", "audit_entry", "access_record"]
    sums = [stage.rows("select guard.checksum(%s) - %s::text[]", stage.towns[name], changing) for name in others]
    folder, faults = stage.leave(town, kills, run.random), []
    if [stage.rows("select guard.checksum(%s) - %s::text[]", stage.towns[name], changing) for name in others] != sums:
        faults.append("checksums of other towns differ")
    tables = stage.rows("select name from guard.municipal_tables()")
    left = [
        table
        for (table,) in tables
        if stage.rows(f"select 1 from {table} where municipality_id = any(%s) limit 1", numbers)
    ]
    if left or stage.rows("select 1 from municipality where id = any(%s)", numbers):
        faults.append(f"left: {left}")
    if stage.certificates(town) != [(True,)]:
        faults.append("the certificate does not say that the others stayed")
    rows = {}
    with _empty(run) as url, psycopg.connect(url, autocommit=True) as admin:
        try:
            rows = reimport(admin, folder)
        except ValueError as fault:
            faults.append(f"the export: {fault}")
    if rows.get("ticket") != kept or rows.get("municipality") != len(gone):
        faults.append(f"the export has {rows.get('ticket')} of {kept} questions, {rows.get('municipality')} towns")
    shutil.rmtree(folder, ignore_errors=True)
    for name in gone:
        del stage.towns[name]
    return {"towns": len(gone), "tables": len(rows), "rows": sum(rows.values()), "faults": faults}


def _controls(run: Run) -> dict[str, bool]:
    """Each planted fault must keep a merger or a leaving from being called done, and be told."""
    found = {}
    with house(run) as place, place.app.app_context():
        stage = _stage(place)
        for name, statement, function, old in (
            ("a table left out", FORGETFUL_TABLES, "guard.hanging_on(text)", "Bergen"),
            ("what waits left out", FORGETFUL_MOVES, "guard.move_loose(integer, integer)", "Cadzand"),
        ):
            whole = stage.rows("select pg_get_functiondef(%s::regprocedure)", function)[0][0]
            stage.do(statement)
            plan = stage.merge(old, "Aalburg", 0)
            done = stage.rows(
                "select 1 from guard.succession_run where succession_id = %s and done_at is not null", plan
            )
            found[name] = stage.refused(plan) and not done
            stage.do(whole)
            stage.do("delete from job")
        add = Package.add_table
        with mock.patch.object(
            Package, "add_table", lambda self, name, rows: add(self, name, list(rows)[name == "rating" :])
        ):
            stage.leave("Drunen", 0)
        found["a row missing from the export"] = not stage.certificates("Drunen")
        found["a predecessor left out"] = _predecessor_left_out(stage)
    return found


def _predecessor_left_out(stage: Stage) -> bool:
    """Drunen, whose export was refused, tries again as if it had a predecessor that is forgotten: refused by its own code."""
    stage.do(FORGETFUL_FAMILY)
    stage.do(
        "insert into guard.succession_run (succession_id, predecessor_id, successor_id, on_day, step, done_at, before)"
        " values (gen_random_uuid(), %s, %s, current_date, 'done', now(), '{}')",
        stage.towns["Aalburg"], stage.towns["Drunen"],
    )  # fmt: skip
    again = (
        "update job set state = 'waiting', fault = null, attempts = 0, run_after = now() where name = 'succession.run'"
    )
    stage.do(f"{again} and municipality_id = %s", stage.towns["Drunen"])
    refused = "select 1 from job where municipality_id = %s and fault = 'KC019'"
    return stage.work(lambda: bool(stage.rows(refused, stage.towns["Drunen"])), 0) and not stage.certificates("Drunen")


def _stage(place: House) -> Stage:
    Planter(place.world).plant()
    seal_numbers(place.world, *place.world.towns)
    stage = Stage(place.app, place.admin_url, dict(place.world.towns))
    stage.do("update succession set cancelled_at = now()")
    stage.do("delete from job")
    return stage


@contextmanager
def _empty(run: Run) -> Iterator[str]:
    """An installation that nobody uses yet."""
    name = f"kcc_proof_{secrets.token_hex(4)}"
    migrated(run.admin_url(), name)
    try:
        yield plain(run.admin_url(), database=name)
    finally:
        drop(run.admin_url(), name)


@contextmanager
def _demo(run: Run, centre: str) -> Iterator[Stage]:
    """The demonstration centre in a database of its own."""
    name = f"kcc_proof_{secrets.token_hex(4)}"
    urls = migrated(run.admin_url(), name)
    app = make_app(urls, 6)
    try:
        with app.app_context():
            run.say(f"{centre} laden")
            with mock.patch.object(history, "WEEKS", WEEKS[centre]):
                load_demo(centre, app.config["SETTINGS"], lambda _line: None)
            stage = Stage(app, plain(run.admin_url(), database=name), {})
            stage.towns = {str(town): int(number) for town, number in stage.rows("select name, id from municipality")}
            stage.do("delete from job")
            yield stage
            db.engine.dispose()
    finally:
        drop(run.admin_url(), name)


def _add_town(stage: Stage, name: str, short: str, cbs: str, like: str = "") -> None:
    """A town that was set up beforehand; ``like`` another one, with its own numbers and questions of its own."""
    stage.do(
        "insert into municipality (centre_id, name, short_code, cbs_code, greeting, joined_on, accent, zone, good_friday, liberation_day)"
        " select min(id), %s, %s, %s, 'Goedendag', '2023-01-01', 1, 'Europe/Amsterdam', false, 'lustrum' from centre",
        name, short, cbs,
    )  # fmt: skip
    stage.towns[name] = new = stage.rows("select id from municipality where name = %s", name)[0][0]
    if not like:
        return
    old = stage.towns[like]
    for statement in LIKE:
        stage.do(statement.replace(":old", str(old)).replace(":new", str(new)).replace(":name", name.lower()))


LIKE = (
    "insert into department (municipality_id, key, name, kind, mailbox, active) select :new, key, name, kind, mailbox, active from department where municipality_id = :old",
    "insert into topic_route (municipality_id, topic_id, centre_id, department_id, term_amount, term_unit, questions, active)"
    " select :new, r.topic_id, r.centre_id, n.id, r.term_amount, r.term_unit, r.questions, r.active from topic_route r"
    " join department d on d.municipality_id = :old and d.id = r.department_id join department n on n.municipality_id = :new and n.key = d.key where r.municipality_id = :old",
    "insert into entrance (municipality_id, kind, address, label, active) select :new, kind, ':name ' || address, label, active from entrance where municipality_id = :old",
    "insert into article_overlay (article_id, municipality_id, centre_id, text, deviation, desk_memo, variables, hidden, version, terms)"
    " select article_id, :new, centre_id, ':name ' || text, deviation, desk_memo, variables, hidden, 1, terms from article_overlay where municipality_id = :old",
    "insert into opening_hours (municipality_id, weekday, opens, closes) select :new, weekday, opens, closes from opening_hours where municipality_id = :old",
    "insert into ticket (id, municipality_id, reference, topic_id, channel, status, priority, opened_at, changed_at, anonymous, department_ids, version)"
    " select gen_random_uuid(), :new, 'HEL-' || g, (select min(topic_id) from topic_route where municipality_id = :new), 'phone',"
    " case mod(g, 3) when 0 then 'open' else 'closed' end, 2, now(), now(), false, '{}', 1 from generate_series(1, 600) g",
    "insert into writing (id, municipality_id, ticket_id, at, kind, internal, body) select gen_random_uuid(), municipality_id, id, now(), 'question', false, 'Vraag' from ticket where municipality_id = :new",
)  # fmt: skip
