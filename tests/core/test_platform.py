"""The way round for commands."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kcc.config import Settings
from kcc.core.db import db
from kcc.core.errors import BadConfiguration, NotFound
from kcc.core.platform import command_scope, platform_connection
from kcc.municipalities.models import Municipality
from tests.support.world import World


def test_a_command_sees_its_own_centre_only(world: World, settings: Settings) -> None:
    with command_scope(settings.platform_url, "noord", reason="test") as centre_id:
        assert centre_id == world.centres["noord"]
        assert set(db.session.scalars(sa.select(Municipality.name))) == {"Aalburg", "Bergen", "Cadzand"}


def test_an_unknown_centre_is_refused(world: World, settings: Settings) -> None:
    with pytest.raises(NotFound), command_scope(settings.platform_url, "nowhere", reason="test"):
        pass


def test_a_reason_and_a_connection_are_needed(settings: Settings) -> None:
    with pytest.raises(BadConfiguration), platform_connection(settings.platform_url, reason=""):
        pass
    with pytest.raises(BadConfiguration), platform_connection(None, reason="test"):
        pass


def test_the_platform_role_reads_no_table(settings: Settings) -> None:
    with pytest.raises(sa.exc.ProgrammingError), platform_connection(settings.platform_url, reason="test") as platform:
        platform.execute(sa.text("select * from ticket"))


@pytest.mark.parametrize("function", ["kcc_open_command('x', 'noord', 'r')", "kcc_set_credential(null, '', '', null)"])
def test_the_application_may_not_use_the_platforms_functions(world: World, function: str) -> None:
    with pytest.raises(sa.exc.ProgrammingError), db.engine.connect() as connection:
        connection.execute(sa.text(f"select {function}"))
