"""Scopes as the database derives them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kcc.core.db import db
from kcc.core.errors import ScopeMissing
from kcc.core.permissions import Permission
from kcc.core.tenancy import scope
from kcc.municipalities.models import Municipality
from tests.support.world import World


def town_names() -> set[str]:
    return set(db.session.scalars(sa.select(Municipality.name)))


def test_an_agent_sees_exactly_the_towns_of_the_permission(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        assert town_names() == {"Aalburg", "Bergen"}


def test_a_permission_held_elsewhere_reveals_nothing_here(world: World) -> None:
    with world.scope("two_hats", Permission.DESK_USE):
        assert town_names() == {"Aalburg"}
    with world.scope("two_hats", Permission.STATISTICS_READ):
        assert town_names() == {"Bergen"}


def test_sql_outside_a_scope_is_refused_before_it_runs(world: World) -> None:
    with pytest.raises(ScopeMissing):
        town_names()


@pytest.mark.parametrize("secret", ["", "forged", "' or 1=1 --"])
def test_an_unknown_door_is_loud(world: World, secret: str) -> None:
    with pytest.raises(DBAPIError), scope(secret, Permission.DESK_USE):
        town_names()


def test_a_scope_cannot_be_entered_inside_an_open_transaction(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        town_names()
        with pytest.raises(ScopeMissing), scope("other", Permission.DESK_USE):
            pass


def test_an_injected_setting_reveals_no_other_town(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        db.session.execute(sa.text("select set_config('kcc.municipalities', '1,2,3,4', true)"))
        assert town_names() == {"Aalburg", "Bergen"}


def test_what_only_reads_sees_one_moment_however_long_it_takes(world: World) -> None:
    rename = "update municipality set name = %s where id = %s"
    with world.scope("agent", Permission.DESK_USE), world.admin() as admin:
        assert "Aalburg" in town_names()
        admin.execute(rename, ("Anders", world.towns["Aalburg"]))
        assert "Anders" in town_names()
        db.session.rollback()
    with scope(world.session_for("agent"), Permission.DESK_USE, read_only=True), world.admin() as admin:
        before = town_names()
        admin.execute(rename, ("Nog anders", world.towns["Aalburg"]))
        assert town_names() == before
    with world.scope("agent", Permission.DESK_USE):
        assert "Nog anders" in town_names()


def test_a_scope_that_reads_cannot_write(world: World) -> None:
    with scope(world.session_for("agent"), Permission.DESK_USE, read_only=True), pytest.raises(DBAPIError):
        db.session.execute(sa.text("update municipality set name = 'x'"))


def test_the_second_factor_is_asked_before_anything_shows(world: World) -> None:
    secret = world.session_for("agent")
    with world.admin() as admin:
        admin.execute(
            "update guard.door set second_factor = false where secret_hash = sha256(%s::bytea)", (secret.encode(),)
        )
    with pytest.raises(DBAPIError), scope(secret, Permission.DESK_USE):
        town_names()
