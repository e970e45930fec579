"""The database keeps the rules of isolation; each rule is also broken on purpose, and the breach is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.house.catalogue import faults

PLANTED = {
    "row security off": ("alter table ticket disable row level security", "ticket: row security is not enabled"),
    "not forced": ("alter table party no force row level security", "party: row security is not forced"),
    "a policy gone": ("drop policy rows on writing", "writing: policy rows is missing"),
    "an open policy beside it": ("create policy extra on ticket using (true)", "ticket: policy extra is on no list"),
    "a policy that lets all through": (
        "alter policy rows on contact using (true)",
        "contact: policy rows is not the one",
    ),
    "a check that lets all through": (
        "alter policy rows on internal_task with check (true)",
        "internal_task: policy rows is not the one",
    ),
    "the guard's policy for everyone": ("alter policy guard on ticket to public", "ticket: policy guard is for"),
    "an unmarked table": ("create table loose (id int)", "loose: no model says whose"),
    "application passes row security": ("alter role kcc_app bypassrls", "role kcc_app is superuser, passes"),
    "application joins the guard": ("grant kcc_guard to kcc_app", "role kcc_app is a member of kcc_guard"),
    "application owns a table": ("alter table ticket owner to kcc_app", "role kcc_app owns ticket"),
    "application may truncate": ("grant truncate on ticket to kcc_app", "ticket: kcc_app holds TRUNCATE"),
    "application rewrites the trail": ("grant update on audit_entry to kcc_app", "audit_entry: kcc_app holds UPDATE"),
    "everyone may read": ("grant select on writing to public", "holds SELECT"),
    "application reads the guard": ("grant usage on schema guard to kcc_app", "role kcc_app has usage on schema guard"),
    "a plain reference": (
        "alter table work_item add constraint plain foreign key (ticket_id) references ticket (id)",
        "work_item: reference plain to ticket without the municipality",
    ),
    "a reference without the centre": (
        "alter table article_overlay add constraint plain foreign key (article_id) references article (id)",
        "article_overlay: reference plain to article without the centre",
    ),
    "unique over all towns": ("create unique index loud on ticket (reference)", "ticket: loud is unique over all"),
    "a loose search path": (
        "alter function kcc_find_tickets(text, timestamptz, uuid, int) reset search_path",
        "function kcc_find_tickets does not pin",
    ),
    "an unlisted function": (
        "create function sneaky() returns int language sql security definer set search_path = pg_catalog, pg_temp as 'select 1'",
        "function sneaky runs with the",
    ),
    "a function of a stranger's rights": (
        "alter function kcc_account() owner to kcc_owner",
        "function kcc_account runs with the rights of kcc_owner",
    ),
    "a function for everyone": (
        "grant execute on function kcc_tick(text, text) to public",
        "kcc_tick may be called by",
    ),
    "the platform's function": (
        "grant execute on function kcc_open_command(text, text, text) to kcc_app",
        "kcc_open_command is for the platform only",
    ),
    "a plain view": ("create view all_tickets as select * from ticket", "all_tickets: a view"),
    "a materialised view": ("create materialized view kept as select id from ticket", "kept: a view, materialised"),
}


@pytest.fixture
def scratch(urls: dict[str, str], app: Flask) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's transaction that is undone."""
    with psycopg.connect(urls["ADMIN"]) as connection:
        yield connection
        connection.rollback()


def test_the_migrated_database_breaks_no_rule(scratch: psycopg.Connection[Any]) -> None:
    assert faults(scratch) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(scratch: psycopg.Connection[Any], fault: str) -> None:
    statement, words = PLANTED[fault]
    scratch.execute(statement)
    assert any(words in found for found in faults(scratch)), faults(scratch)
