"""A second centre in one installation, with its first administrator by invitation; and two centres that share nothing."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from click.testing import Result

from kcc.config import Settings
from kcc.core import events
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.knowledge.actions import ArticleText
from kcc.people import actions_accounts as accounts
from kcc.people import queries_accounts as people
from kcc.web.live import Hub, Listener
from tests.factories.knowledge import make_article
from tests.support.world import World

NEW = (
    "--town",
    "Westerland",
    "--short-code",
    "we",
    "--cbs-code",
    "1234",
    "--admin-name",
    "Eef Eerste",
    "--admin-email",
)


def add(world: World, key: str = "west", email: str = "e.eerste@west.example") -> Result:
    return world.app.test_cli_runner().invoke(args=["centre", "add", key, "KCC West", *NEW, email])


def count(world: World, query: str, *values: Any) -> int:
    with world.admin() as admin:
        row = admin.execute(query.encode(), values).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def west(world: World) -> World:
    """The world with a third centre, whose administrator is known as "eef"."""
    result = add(world)
    assert result.exit_code == 0, result.output
    with world.admin() as admin:
        row = admin.execute("select id from account where email = 'e.eerste@west.example'").fetchone()
        town = admin.execute("select id from municipality where name = 'Westerland'").fetchone()
    assert row is not None and town is not None
    world.people["eef"], world.towns["Westerland"] = row[0], town[0]
    yield world
    del world.people["eef"], world.towns["Westerland"]


def test_a_centre_is_made_with_an_administrator_who_comes_in_by_a_link(world: World) -> None:
    result = add(world)
    found = re.search(r"/welcome#([\w-]+)", result.output)
    assert found is not None
    page = world.page(None).get("/welcome")
    page.submit("form[data-code-from-fragment]", code=found[1])
    assert "Welkom, Eef Eerste" in page.text and "KCC West" in page.text
    assert "west: 1" in world.app.test_cli_runner().invoke(args=["centre", "list"]).output


@pytest.mark.parametrize(
    ("key", "email"), [("noord", "x.x@west.example"), ("west", "agent@kcc.example"), ("west", "info@west.example")]
)
def test_what_cannot_be_leaves_nothing(world: World, key: str, email: str) -> None:
    before = (
        count(world, "select count(*) from centre"),
        count(world, "select count(*) from account where name = 'Agent'"),
    )
    result = add(world, key, email)
    assert result.exit_code == 1 and "Error" in result.output
    assert before == (
        count(world, "select count(*) from centre"),
        count(world, "select count(*) from account where name = 'Agent'"),
    )


def test_the_administrator_of_one_centre_sees_no_person_and_no_town_of_another(west: World) -> None:
    page = west.page("eef").get("/setup/people")
    assert "Eef Eerste" in page.text
    assert not [name for name in ("Handler", "Agent", "Supervisor") if name in page.by_testid("people").get_text()]
    assert "Aalburg" not in page.get("/setup/towns").text
    page.get(f"/setup/people/{west.people['agent_zuid']}", status=404)
    with west.scope("eef", Permission.PEOPLE_MANAGE):
        assert people.open_proposals() == []
        for person in ("agent", "agent_zuid"):
            known = db.session.scalar(sa.text("select count(*) from account where id = :a"), {"a": west.people[person]})
            assert known == 0


@pytest.mark.parametrize(
    "table",
    ["account", "membership", "municipality", "entrance", "department", "topic", "topic_route", "service_agreement", "opening_hours",
     "department_member", "centre", "invitation"],
)  # fmt: skip
def test_no_row_of_the_set_up_is_seen_from_another_centre_under_any_permission(west: World, table: str) -> None:
    column = {"municipality": "id", "account": "id"}.get(table, "municipality_id")
    with west.admin() as admin:
        if table == "account":
            strange = "select account_id from membership where municipality_id <> " + str(west.towns["Westerland"])
        elif table in ("centre", "topic"):
            column = {"centre": "id"}.get(table, "centre_id")
            strange = "select id from centre where key <> 'west'"
        else:
            strange = "select id from municipality where name <> 'Westerland'"
        others = [row[0] for row in admin.execute(strange.encode())]
    assert others
    secret = west.session_for("eef")
    url = sa.engine.make_url(west.app.config["SETTINGS"].app_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        for permission in Permission:
            with connection.transaction(force_rollback=True):
                connection.execute(
                    "select set_config('kcc.secret', %s, true), set_config('kcc.permission', %s, true)",
                    (secret, str(permission)),
                )
                found = connection.execute(
                    f"select count(*) from {table} where {column} = any(%s)".encode(), (others,)
                ).fetchone()
                assert found == (0,), permission


def test_articles_and_searches_of_one_centre_find_nothing_of_another(world: World) -> None:
    make_article(world, ArticleText(title="Kanariegeel", body="Kanariegeel"))
    query = sa.text(
        "select count(*) from kcc_find_articles('kanariegeel', 'kanariegeel', 'kanariegeel', :t, null, current_date, 10)"
    )
    with world.scope("agent", Permission.KNOWLEDGE_READ):
        assert db.session.scalar(query, {"t": world.towns["Aalburg"]}) == 1
    with world.scope("agent_zuid", Permission.KNOWLEDGE_READ):
        assert db.session.scalar(query, {"t": world.towns["Aalburg"]}) == 0
        assert db.session.scalar(query, {"t": world.towns["Drunen"]}) == 0


def test_live_events_of_one_centre_are_heard_by_nobody_of_another(west: World, settings: Settings) -> None:
    hub, listener = Hub(settings), Listener(secret=west.session_for("eef"))
    with psycopg.connect(hub.url, autocommit=True) as connection:
        hub.ask(connection, [listener])
    assert listener.rights is not None
    for kind in events.KINDS:
        assert not listener.rights.may_hear(
            {"k": kind, "m": west.towns["Aalburg"], "d": [west.departments["Aalburg", "afval"]]}
        )
    assert listener.rights.may_hear({"k": "setup", "m": west.towns["Westerland"]})


def test_mail_stays_in_its_centre_and_nobody_counts_the_agents_of_another(world: World) -> None:
    with world.admin() as admin:
        for town, centre in (("Aalburg", "noord"), ("Drunen", "zuid")):
            row = admin.execute("select guard.mail_centre(%s)", (world.mailboxes[town],)).fetchone()
            assert row == (world.centres[centre],)
    with world.scope("agent_zuid", Permission.DESK_USE):
        counts = db.session.execute(sa.text("select * from kcc_agent_counts()")).all()
        assert counts == []


def test_an_address_of_one_centre_opens_no_account_in_another(west: World) -> None:
    with (
        west.scope("eef", Permission.PEOPLE_MANAGE) as actor,
        pytest.raises(Exception, match="kan hier niet worden gebruikt"),
    ):
        accounts.add_account(
            actor=actor, email="agent@kcc.example", name="X", municipality_id=west.towns["Westerland"], role="agent"
        )
