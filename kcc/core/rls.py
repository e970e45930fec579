"""Row policies by name: the one place that says, for each kind of table, which rows a scope may see. Lock 3.

Used by migrations (``enable``) and by the house test that compares the catalogue with the models. Every policy stands
on what the database derives itself (``kcc_visible`` and its kin, migrations/sql/0001_guard.sql).
"""

from __future__ import annotations

VISIBLE = "municipality_id = any((select kcc_visible('{c}'))::int[])"
WHOLE = "municipality_id = any((select kcc_whole('{c}'))::int[])"
CENTRES = "centre_id = any((select kcc_centres())::int[])"
MINE = "account_id = (select kcc_account())"
EVERYWHERE = "kcc_covers_centre(centre_id) and (select kcc_whole('{c}'))::int[] @> (select kcc_visible('setup'))::int[]"
OWN_DEPARTMENT = "department_id = any((select kcc_departments())::int[])"

NO_PERSON = "(select kcc_door_kind()) in ('lease', 'command', 'exchange')"
BY_MACHINES = "(select kcc_door_kind()) in ('command', 'lease')"
"""Removing asks no check of a new row, so lists of the country have a second, restrictive policy for it."""
STAFF = (
    "exists (select 1 from membership m where m.account_id = {t}.account_id"
    " and m.municipality_id = any((select kcc_whole('staff'))::int[]))"
)

MANAGING = "current_setting('kcc.permission', true) = 'people:manage'"
COMMAND = "(select kcc_door_kind()) = 'command'"

POLICIES: dict[str, tuple[str, str | None]] = {
    "municipal": (VISIBLE, None),
    "whole": (WHOLE, None),
    "municipality_self": ("id = any((select kcc_visible('setup'))::int[])", None),
    "centre_self": ("id = any((select kcc_centres())::int[])", None),
    "centre": (CENTRES, None),
    "centre_covered": (CENTRES, f"{CENTRES} and kcc_covers_centre(centre_id)"),
    "whole_centre": (
        f"{CENTRES} and ((select kcc_door_kind()) = 'lease'"
        " or (select kcc_visible('{c}')) <> '{{}}'::int[] and kcc_covers_centre(centre_id))",
        None,
    ),
    "crisis": (
        CENTRES,
        f"{CENTRES} and (municipality_id = any((select kcc_visible('setup'))::int[]) or kcc_covers_centre(centre_id))",
    ),
    "centre_or_town": (
        f"{CENTRES} and (municipality_id is null or municipality_id = any((select kcc_visible('setup'))::int[]))",
        f"{CENTRES} and (municipality_id = any((select kcc_visible('setup'))::int[])"
        " or municipality_id is null and kcc_covers_centre(centre_id))",
    ),
    "article_child": (f"{CENTRES} and exists (select 1 from article a where a.id = {{t}}.article_id)", None),
    "open": ("true", "(select kcc_door_kind()) = 'command'"),
    # Lists of the country: everybody reads, a command or a job of the worker writes; see also ``BY_MACHINES``.
    "national": ("true", f"{BY_MACHINES}"),
    "account": (
        "id = (select kcc_account()) or id in (select m.account_id from membership m)"
        " or exists (select 1 where (select kcc_door_kind()) = 'command')",
        # Others' names are for who manages people where they work; the columns that may change are granted one by one.
        f"id = (select kcc_account()) or {COMMAND} or {MANAGING} and id in (select m.account_id from membership m)",
    ),
    # Nobody gives oneself a role, and the role of administrator takes two: kcc_decide_proposal writes that (ADR 0017).
    "membership": (
        VISIBLE,
        f"{VISIBLE} and ({COMMAND} or {MANAGING} and role <> 'administrator' and account_id <> (select kcc_account()))",
    ),
    "invitation": (VISIBLE, f"{VISIBLE} and ({COMMAND} or {MANAGING})"),
    "proposal": (
        VISIBLE,
        f"{VISIBLE} and {MANAGING} and proposed_by_id = (select kcc_account()) and decided_at is null",
    ),
    "reviewed": (VISIBLE, f"{VISIBLE} and {MANAGING} and reviewed_by_id = (select kcc_account())"),
    "own_account": (MINE, None),
    "own_draft": (f"{CENTRES} and ({MINE} or (select kcc_door_kind()) = 'command')", CENTRES),
    "conversation": (
        f"{CENTRES} and ({MINE} or municipality_id = any((select kcc_whole('figures'))::int[]))",
        CENTRES,
    ),
    "ticket": (
        f"{VISIBLE} and ({WHOLE} or department_ids && (select kcc_departments())::int[])",
        VISIBLE,
    ),
    "ticket_child": (
        f"{VISIBLE} and ({WHOLE} or exists (select 1 from ticket t where t.municipality_id = {{t}}.municipality_id"
        " and t.id = {t}.ticket_id))",
        None,
    ),
    "task": (
        f"{VISIBLE} and ({WHOLE} or {OWN_DEPARTMENT})",
        VISIBLE,
    ),
    "task_child": (
        f"{VISIBLE} and ({WHOLE} or exists (select 1 from internal_task k where k.municipality_id = {{t}}.municipality_id"
        " and k.id = {t}.task_id))",
        VISIBLE,
    ),
    "party": (
        f"{VISIBLE} and ({WHOLE} or exists (select 1 from ticket t where t.municipality_id = {{t}}.municipality_id"
        " and t.party_id = {t}.id))",
        None,
    ),
    "party_child": (
        f"{VISIBLE} and ({WHOLE} or exists (select 1 from party p where p.municipality_id = {{t}}.municipality_id"
        " and p.id = {t}.party_id))",
        None,
    ),
    "routing_decision": (WHOLE, "municipality_id = any((select kcc_visible('figures'))::int[])"),
    "staff_of_town": (f"{VISIBLE} or {MINE}", VISIBLE),
    "agent_state": (f"{CENTRES} and ({MINE} or {NO_PERSON} or {STAFF})", None),
    "agent_history": (
        f"{CENTRES} and ({MINE} or {NO_PERSON} or {STAFF} and exists"
        " (select 1 from staff_insight i where i.centre_id = {t}.centre_id and i.timings_visible))",
        f"{CENTRES} and ({MINE} or {NO_PERSON} or {STAFF})",
    ),
    # Mail to an address that no town has is for those who cover the whole centre, for whole towns and with this class.
    "mail": (
        f"{CENTRES} and (municipality_id is null and {EVERYWHERE} or {WHOLE} or {VISIBLE} and exists (select 1 from ticket k"
        " where k.municipality_id = {t}.municipality_id and k.id = {t}.ticket_id))",
        None,
    ),
    "mail_content": (
        f"{CENTRES} and (municipality_id is null and {EVERYWHERE} or {VISIBLE})"
        " and exists (select 1 from received_mail r where r.centre_id = {t}.centre_id and r.id = {t}.mail_id)",
        None,
    ),
    "written_blind": (WHOLE, "municipality_id = any((select kcc_whole('figures'))::int[])"),
    "evidence": (VISIBLE, "municipality_id = any((select kcc_visible('setup'))::int[])"),
    "audit": (
        VISIBLE,
        "municipality_id is null or municipality_id = any((select kcc_visible('setup'))::int[])",
    ),
    "job": (
        VISIBLE,
        "municipality_id = any((select kcc_visible('setup'))::int[])",
    ),
}

APPEND_ONLY = frozenset(
    {
        "audit_entry",
        "access_record",
        "ticket_event",
        "article_version",
        "departure_certificate",
        "call_event",
        "routing_parameters",
        "rights_proposal",
        "membership_review",
        "invitation",
    }
)
"""Tables which the application may add to and read, never change."""

GUARD_READS = (
    "municipality",
    "centre",
    "membership",
    "department_member",
    "account",
    "job",
    "article",
    "article_topic",
    "article_overlay",
    "ticket",
    "ticket_terms",
    "party",
    "digital_address",
    "internal_task",
)
"""Tables that the functions of the guard read past the policies, filtering by the scope themselves."""

LATER_READS = (
    "work_item",
    "service_agreement",
    "agent_state",
    "agent_skill",
    "agent_language",
    "service_level_today",
    "entrance",
    "topic",
    "topic_route",
    "writing",
    "attachment",
    "ticket_counter",
    "web_form",
    "received_form",
    "form_file",
    "queue_number",
    "kiosk",
    "mailbox",
    "received_mail",
    "conversation",
    "draft",
    "rights_proposal",
    "invitation",
)
"""The same for functions that came after the first migration; the migration that brings a function opens them to it."""

ALSO_MOVED = ("municipality", "draft", "article_version", "departure_certificate")
"""Tables without a municipality of their own that a succession changes or takes along."""

LOOKS = ("access_record", "audit_entry", "ticket_presence")
"""Traces that reading leaves: written in a town that went over as well, or looking there would leave none."""


def succession_statements(table: str) -> list[str]:
    """SQL by which a table can go over to a successor, and by which nobody writes in a town that went over.

    The policies that shut it are restrictive: they stand beside ``rows`` and can only take away.
    """
    if table in LOOKS:
        return moved_statements(table)
    open_here = "coalesce(municipality_id <> all((select kcc_closed())::int[]), true)"
    return [
        *moved_statements(table),
        f"create policy closed_insert on {table} as restrictive for insert to kcc_app with check ({open_here})",
        f"create policy closed_update on {table} as restrictive for update to kcc_app using (true) with check ({open_here})",
        f"create policy closed_delete on {table} as restrictive for delete to kcc_app using ({open_here})",
    ]


def moved_statements(table: str) -> list[str]:
    """SQL by which the guard's functions may move the rows of a table."""
    return [
        f"grant select, insert, update, delete on {table} to kcc_guard",
        f"create policy succession on {table} to kcc_guard using (true) with check (true)",
    ]


def _later(table: str) -> str:
    """The same for a table that came after successions did; before, there is nothing to stand on yet."""
    made = "; ".join(f"execute $q${statement}$q$" for statement in succession_statements(table))
    return (
        "do $d$ begin if to_regprocedure('public.kcc_closed()') is not null and exists (select 1 from pg_attribute"
        f" where attrelid = '{table}'::regclass and attname = 'municipality_id' and not attisdropped)"
        f" then {made}; end if; end $d$"
    )


def statements(table: str, policy: str, data_class: str) -> list[str]:
    """SQL that shuts a table to all but its policy: enable and force row security, policy, grants for the app's role."""
    using, check = POLICIES[policy]
    values = {"t": table, "c": data_class}
    using_sql = using.format(**values)
    check_sql = (check or using).format(**values)
    rights = "select, insert" if table in APPEND_ONLY else "select, insert, update, delete"
    result = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy rows on {table} to kcc_app using ({using_sql}) with check ({check_sql})",
        f"grant {rights} on {table} to kcc_app",
    ]
    if policy == "national":
        result.append(f"create policy removal on {table} as restrictive for delete to kcc_app using ({BY_MACHINES})")
    if table in (*GUARD_READS, *LATER_READS):
        result += [
            f"create policy guard on {table} for select to kcc_guard using (true)",
            f"grant select on {table} to kcc_guard",
        ]
    return [*result, _later(table)]
