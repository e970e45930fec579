"""The database's permission tables and the file that people read say the same."""

from __future__ import annotations

import psycopg
from flask import Flask

from kcc.core.guard import reveal_rows, role_rows
from kcc.core.permissions import BY_DEPARTMENT, REVEALS, ROLE_PERMISSIONS, Permission, Role


def test_the_guard_holds_the_same_roles_and_permissions(urls: dict[str, str], app: Flask) -> None:
    with psycopg.connect(urls["ADMIN"]) as admin:
        held = admin.execute("select role, permission, by_department from guard.role_permission").fetchall()
    assert sorted(held) == role_rows()


def test_the_guard_reveals_the_same_data_classes(urls: dict[str, str], app: Flask) -> None:
    with psycopg.connect(urls["ADMIN"]) as admin:
        shown = admin.execute("select permission, data_class from guard.permission_reveals").fetchall()
    assert sorted(shown) == reveal_rows()


def test_every_role_and_permission_is_on_both_lists() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set(REVEALS) == set(Permission)
    assert set(Role) >= BY_DEPARTMENT


def test_figures_and_configuration_never_come_with_a_contract_manager_s_view_of_people() -> None:
    shown = set().union(*(REVEALS[permission] for permission in ROLE_PERMISSIONS[Role.CONTRACT_MANAGER]))
    assert shown == {"setup", "figures"}


def test_nobody_who_manages_people_reads_citizens() -> None:
    for role in (Role.ADMINISTRATOR, Role.EDITOR, Role.PRIVACY_OFFICER):
        shown = set().union(*(REVEALS[permission] for permission in ROLE_PERMISSIONS[role]))
        assert "person" not in shown, role
