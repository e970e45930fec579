"""Nothing of one municipality is reached by people of another: through every route, and in every table."""

from __future__ import annotations

import logging
import re
import secrets
import time
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from kcc.core.db import new_id
from kcc.core.permissions import BY_DEPARTMENT, Role
from kcc.launch.places import ROOT
from kcc.launch.proving import Outcome, Run, proof
from tests.proofs._doors import doors_of, planted_stamps
from tests.proofs._house import House, house
from tests.proofs._lookalikes import Planter
from tests.proofs._machines import exchange_trials
from tests.proofs._probing import Probe, Prober, Visitor, shape, words_in
from tests.proofs._tables import breaches_in_tables, judged_tables, without_rows
from tests.support.world import PEOPLE, TOWNS, World

REDUCED = 1_500
ON_PAGES = ("ticket", "article", "party", "internal_task", "writing", "work_item")
"""Tables whose opened policy is looked for on pages too; in the tables themselves it is looked for with all."""
ALL_TOWNS = [town for towns in TOWNS.values() for town in towns]


@proof("isolation")
def isolation(run: Run) -> Outcome:
    """Every route, by every role and pair of roles, with ids of every other town; success shows or changes something."""
    logging.disable(logging.CRITICAL)
    with house(run) as given:
        planter = Planter(given.world)
        prober = Prober(given.app, given.world, planter.plant())
        visitors = everybody(given.world)
        planter.remember_setup()
        tally: Counter[str] = Counter()
        faults: list[str] = []
        visited = _visit_all(run, given, planter, prober, visitors, tally, faults)
        planter.plant()
        bare = without_rows(given)
        singles = [v for v in visitors if v.name in PEOPLE]
        doors, door_faults = doors_of(prober, planter, singles)
        machines, machine_faults = exchange_trials(given)
        planter.plant()
        tables, table_faults = breaches_in_tables(given, visitors, run.size(30_000, 600), run.random, planter)
        planted = _controls(run, given, planter, prober, visitors)
        planted |= _stamp_controls(run, planter, prober, singles)
    routes = {rule.endpoint for rule in prober.rules()}
    return Outcome(
        n=tally["requests"] + doors + machines + tables,
        result={
            "requests": tally["requests"], "cross_tenant_successes": tally["breaches"], "told_apart": tally["told_apart"], "signed_out": tally["signed_out"],
            "server_errors": tally["server_errors"], "failed": sorted(k for k in tally if k.startswith("failed")), "routes": len(routes), "routes_not_covered": sorted(routes - visited),
            "visitors": len(visitors), "routes_by_visitors": tally["rounds"], "by_status": {k: v for k, v in sorted(tally.items()) if k.isdigit()},
            "door_trials": doors, "machine_trials": machines, "machine_faults": len(machine_faults), "door_faults": len(door_faults), "tables": len(judged_tables()), "tables_without_lookalikes": bare,
            "table_trials": tables, "table_breaches": len(table_faults), "examples": (faults + door_faults + machine_faults + table_faults)[:20],
        },
        holds=not faults and not door_faults and not machine_faults and not table_faults and routes == visited and not bare,
        control=planted,
        control_found=not planted["missed"] and not planted["stamps_missed"] and planted["found_through_pages"] > 0,
    )  # fmt: skip


TAKES_WHAT_IS_NEXT = frozenset({"routing.ask_next"})
"""Routes without any id of which each press gives something else; canaries and statuses are judged all the same."""


def everybody(world: World) -> list[Visitor]:
    """The people of the world, and one account for each pair of roles over two towns."""
    found = [Visitor(name, world.people[name], tuple(roles), world.session_for(name)) for name, roles in PEOPLE.items()]
    with world.admin() as admin:
        for first in Role:
            for second in Role:
                roles = tuple(
                    (town, role, "burgerzaken" if role in BY_DEPARTMENT else None)
                    for town, role in (("Aalburg", first), ("Bergen", second))
                )
                name = f"{first}_{second}"
                if name not in world.people:
                    world.people[name] = _account(admin, world, name, roles)
                found.append(Visitor(name, world.people[name], roles, world.session_for(name)))
    return found


def _account(admin: psycopg.Connection[Any], world: World, name: str, roles: tuple[Any, ...]) -> uuid.UUID:
    account = new_id()
    admin.execute(
        "insert into account (id, email, name, locale, shortcuts_on, active, created_at) values (%s, %s, %s, 'nl', true, true, now())",
        (account, f"{secrets.token_hex(4)}@kcc.example", name.replace("_", " ")),
    )
    for town, role, department in roles:
        admin.execute(
            "insert into membership (id, municipality_id, account_id, role, valid_from) values (%s, %s, %s, %s, %s)",
            (new_id(), world.towns[town], account, role, datetime(2011, 1, 1, tzinfo=UTC)),
        )
        if department:
            admin.execute(
                "insert into department_member (id, municipality_id, department_id, account_id, weekdays) values (%s, %s, %s, %s, '{0}')",
                (new_id(), world.towns[town], world.departments[town, department], account),
            )
    return account


def field_names() -> list[str]:
    """Every name under which views and forms take something, read from their code."""
    text = "\n".join(
        p.read_text() for p in (ROOT / "kcc").glob("*/*.py") if p.stem.startswith(("views", "forms", "showing"))
    )
    asked = re.findall(r"(?:args|form|values)(?:\.get|\.getlist)?[\[(]\s*[\"'](\w+)", text)
    return sorted({*asked, *re.findall(r"^\s+(\w+)\s*=\s*\w*Field\(", text, flags=re.M)})


def _visit_all(
    run: Run, given: House, planter: Planter, prober: Prober, visitors: list[Visitor], tally: Counter[str], faults: list[str]
) -> set[str]:  # fmt: skip
    """Probe every route as everybody, for one town out of sight each; returns the endpoints that were visited.

    A reduced run stops at its size, every route first, but probes for every town out of sight.
    """
    fields, visited = field_names(), set()
    rounds = [(rule, visitor) for rule in prober.rules() for visitor in visitors]
    run.random.shuffle(rounds)
    rounds.sort(key=lambda pair: not pair[1].towns(prober.permission(pair[0])))  # type: ignore[arg-type]
    order: list[tuple[Any, Visitor]] = []
    for rule in prober.rules():  # every route by somebody who may use it, before chance decides
        order.append(next(pair for pair in rounds if pair[0] is rule))
    forms = [
        v for v in visitors if v.name in ("agent_cadzand", "agent_zuid", "handler", "editor", "coordinator", "two_hats")
    ]
    before = look(given)
    for visitor in forms[: run.size(6, 3)]:
        victim = "Drunen" if visitor.name != "agent_zuid" else "Aalburg"
        before = _round(given, planter, prober, list(prober.by_form(visitor, victim)), tally, faults, before, visited)
    shown = time.monotonic()
    for rule, visitor in [*order, *rounds]:
        if run.reduced and tally["requests"] >= REDUCED and {r.endpoint for r in prober.rules()} <= visited:
            break
        permission = prober.permission(rule)
        assert permission is not None
        victims = [town for town in ALL_TOWNS if town not in visitor.towns(permission)]
        if not run.reduced:
            victims = victims and [run.random.choice(victims)]
        tally["rounds"] += 1
        probes = [p for town in victims for p in prober.by_path(rule, visitor, town, fields)]
        before = _round(given, planter, prober, probes, tally, faults, before, visited)
        if time.monotonic() - shown > 20:
            shown = time.monotonic()
            run.say(f"{tally['requests']} verzoeken, {tally['breaches']} gelukt")
    return visited


def _round(
    given: House, planter: Planter, prober: Prober, probes: list[Probe], tally: Counter[str], faults: list[str],
    before: Seen, visited: set[str],
) -> Seen:  # fmt: skip
    """Send probes of one visitor, then look whether rows of towns out of sight changed."""
    if not probes:
        return before
    for probe in probes:
        visited.add(probe.rule.endpoint)
        fault = try_one(prober, probe, tally, planter)
        if fault:
            faults.append(fault)
    after = look(given, before)  # after pages too: a look may leave evidence, in one's own town only
    mine = set.intersection(*(p.visitor.towns(prober.permission(p.rule)) for p in probes))  # type: ignore[arg-type]
    for town in (town for town in ALL_TOWNS if town not in mine and town in {p.victim for p in probes}):
        if before.sums[town] != after.sums[town]:
            tally["breaches"] += 1
            faults.append(f"{probes[0].rule.endpoint} by {probes[0].visitor.name}: rows of {town} changed")
    if before.sums != after.sums:
        planter.plant()
        return look(given)
    return after


def try_one(prober: Prober, probe: Probe, tally: Counter[str], planter: Planter | None = None) -> str | None:
    """Send a foreign id and an unknown one; says what went wrong, if anything did."""
    permission = prober.permission(probe.rule)
    assert permission is not None
    found = prober.send(probe.method, probe.visitor, probe.path, probe.data)
    tally["requests"] += 1
    tally[str(found.status_code)] += 1
    what = f"{probe.method} {probe.rule.endpoint} by {probe.visitor.name} for {probe.victim}"
    if found.status_code == 303 and "/sign-in" in found.location:
        tally["signed_out"] += 1
        return f"{what}: is not signed in, so this tries nothing"
    seen = words_in(found) - probe.visitor.words(permission)
    if seen:
        tally["breaches"] += 1
        return f"{what}: shows {sorted(seen)[:3]}"
    if found.status_code >= 500:
        tally["server_errors"] += 1
        tally[f"failed {probe.method} {probe.rule.endpoint}"] += 1
    if found.status_code == 403:
        return None
    if probe.method != "GET" and found.status_code < 400 and planter:
        planter.plant()  # the first may rightly have changed rows of one's own
    unknown = prober.send(probe.method, probe.visitor, probe.unknown_path, probe.unknown_data)
    tally["requests"] += 1
    if probe.method != "GET" and unknown.status_code < 400 and planter:
        planter.plant()  # so may the second, and the next must not find a form of before
    if probe.rule.endpoint not in TAKES_WHAT_IS_NEXT and shape(found) != shape(unknown):
        tally["told_apart"] += 1
        return f"{what}: answers {found.status_code}, and {unknown.status_code} for an unknown id ({probe.path})"
    return None


class Seen(NamedTuple):
    """How the rows of each town stood, and after which write of the server that was."""

    write: int
    sums: dict[str, str]


def look(given: House, before: Seen | None = None) -> Seen:
    """The rows as they stand now. When nothing at all was written since ``before`` they stand as they did."""
    with given.world.admin() as admin:
        (write,) = admin.execute("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone() or (0,)
    if before is not None and write == before.write:
        return before
    return Seen(write, checksums(given))


def checksums(given: House) -> dict[str, str]:
    """One fingerprint of all rows of each town."""
    with given.world.admin() as admin:
        tables = [row[0] for row in admin.execute(
            "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'municipality_id'"
            " and table_name not in ('audit_entry', 'membership') order by 1"
        )]  # fmt: skip
        parts = " union all ".join(
            f"select municipality_id as m, md5(string_agg(md5(t::text), '' order by t::text)) as h from {name} t group by 1"
            for name in tables
        )
        rows = dict(
            admin.execute(
                f"select m, md5(string_agg(h, '' order by h)) from ({parts}) x group by 1".encode()
            ).fetchall()
        )
    return {town: rows.get(number, "") for town, number in given.world.towns.items()}


def _controls(
    run: Run, given: House, planter: Planter, prober: Prober, visitors: list[Visitor]
) -> dict[str, Any]:  # fmt: skip
    """Open one policy at a time to everybody: the same trials must find it, in the tables and (for some) on a page."""
    tables = judged_tables()
    if run.reduced:
        tables = sorted({"ticket", "article", *run.random.sample(tables, 4)})
    planted = {
        f"{table} {way}": sql
        for table in tables
        for way, sql in (
            ("open", f"alter policy rows on {table} using (true) with check (true)"),
            ("off", f"alter table {table} disable row level security"),
        )
    }
    found, on_pages, missed = 0, 0, []
    few = [
        v
        for v in visitors
        if v.name in ("agent_cadzand", "agent_zuid", "handler", "editor", "supervisor", "administrator")
    ]
    reading = [r for r in prober.rules() if "GET" in (r.methods or ())]
    for name, sql in planted.items():
        table = name.split()[0]
        qual, check = _policy(given, table)
        with given.world.admin() as admin:
            admin.execute(sql.encode())
        _n, seen = breaches_in_tables(given, few, 250, run.random, planter, only=table)
        shown = (
            name.endswith("open")
            and table in ON_PAGES
            and any(
                try_one(prober, probe, Counter())
                for rule in reading
                for visitor in few
                for probe in prober.by_path(rule, visitor, "Drunen", [])
                if "Drunen" not in visitor.towns(prober.permission(rule))  # type: ignore[arg-type]
            )
        )
        with given.world.admin() as admin:
            admin.execute(f"alter table {table} enable row level security".encode())
            admin.execute(f"alter policy rows on {table} using ({qual}) with check ({check})".encode())
        found, on_pages = found + bool(seen), on_pages + bool(shown)
        missed += [] if seen else [name]
        planter.plant()
    return {"planted": len(planted), "found": found, "found_through_pages": on_pages, "missed": missed}


def _stamp_controls(run: Run, planter: Planter, prober: Prober, visitors: list[Visitor]) -> dict[str, Any]:
    """Take off or weaken the stamp of each route (a few, when reduced): the trials of the doors must find it."""
    planted, missed = planted_stamps(prober, planter, visitors, run.size(1, 24))
    return {"stamps_planted": planted, "stamps_missed": missed}


def _policy(given: House, table: str) -> tuple[str, str]:
    with given.world.admin() as admin:
        row = admin.execute(
            "select qual, with_check from pg_policies where tablename = %s and policyname = 'rows'", (table,)
        ).fetchone()
    assert row is not None
    return str(row[0]), str(row[1])
