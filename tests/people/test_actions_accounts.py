"""Accounts and roles: who may give what to whom, four eyes for administrators, and leaving, in the database itself."""

from __future__ import annotations

import uuid

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kcc.config import Settings
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.people import actions_accounts as actions
from kcc.people import queries_accounts as queries
from kcc.people.models import Membership
from kcc.people.models_rights import RightsProposal
from kcc.web.live import Hub, Listener
from tests.factories.people import plant_role
from tests.support.world import World

MANAGE = Permission.PEOPLE_MANAGE


def roles(world: World, person: str) -> list[tuple[str, str]]:
    with world.admin() as admin:
        return admin.execute(
            "select t.name, m.role from membership m join municipality t on t.id = m.municipality_id"
            " where m.account_id = %s and (m.valid_to is null or m.valid_to > now()) order by 1, 2",
            (world.people[person],),
        ).fetchall()


def propose(world: World, person: str = "editor", by: str = "administrator") -> uuid.UUID:
    with world.scope(by, MANAGE) as actor:
        made = actions.grant(
            actor=actor, account_id=world.people[person], municipality_id=world.towns["Aalburg"], role="administrator"
        )
        assert isinstance(made, RightsProposal)
        proposal = made.id
        db.session.commit()
    return proposal


def decide(world: World, person: str, proposal: uuid.UUID, *, confirm: bool = True) -> str:
    with world.scope(person, MANAGE) as actor:
        said = actions.decide_proposal(actor=actor, proposal_id=proposal, confirm=confirm)
        db.session.commit()
    return said


def test_a_role_is_given_only_in_a_town_that_one_manages(world: World) -> None:
    with world.scope("administrator", MANAGE) as actor:
        made = actions.grant(
            actor=actor, account_id=world.people["two_hats"], municipality_id=world.towns["Aalburg"], role="editor"
        )
        assert isinstance(made, Membership)
        with pytest.raises(NotFound):
            actions.grant(
                actor=actor, account_id=world.people["two_hats"], municipality_id=world.towns["Bergen"], role="editor"
            )


def test_nobody_gives_oneself_a_role_not_even_by_sql_of_one_s_own(world: World) -> None:
    with world.scope("administrator", MANAGE) as actor:
        with pytest.raises(NotAllowed):
            actions.grant(
                actor=actor,
                account_id=world.people["administrator"],
                municipality_id=world.towns["Aalburg"],
                role="agent",
            )
        with pytest.raises(DBAPIError, match="row-level security"):
            insert(world, "administrator", "agent")


def insert(world: World, person: str, role: str) -> None:
    db.session.execute(
        sa.text(
            "insert into membership (id, municipality_id, account_id, role, valid_from) values (:i, :m, :a, :r, now())"
        ),
        {"i": new_id(), "m": world.towns["Aalburg"], "a": world.people[person], "r": role},
    )


@pytest.mark.parametrize("permission", list(Permission))
def test_the_application_writes_no_administrator_under_any_permission(world: World, permission: Permission) -> None:
    for who in ("administrator", "agent"):
        with world.scope(who, permission), pytest.raises(DBAPIError, match="row-level security"):
            insert(world, "editor", "administrator")
    with world.scope("administrator", permission), pytest.raises(DBAPIError):
        changed = db.session.execute(
            sa.text("update membership set role = 'administrator' where account_id = :a"), {"a": world.people["editor"]}
        )
        assert changed.rowcount == 0  # type: ignore[attr-defined]
        raise DBAPIError("nothing changed", None, Exception("no rows in sight"))


def test_the_application_decides_no_proposal_and_forges_none_of_another(world: World) -> None:
    plant_role(world, "supervisor", "Aalburg")
    propose(world)
    with world.scope("supervisor", MANAGE):
        with pytest.raises(DBAPIError, match="permission denied"):
            db.session.execute(sa.text("update rights_proposal set decision = 'confirmed', decided_at = now()"))
        db.session.rollback()
        with pytest.raises(DBAPIError, match="row-level security"):
            db.session.execute(
                sa.text(
                    "insert into rights_proposal (id, municipality_id, account_id, valid_from, proposed_at, proposed_by_id, decision)"
                    " values (:i, :m, :a, now(), now(), :p, '')"
                ),
                {
                    "i": new_id(),
                    "m": world.towns["Aalburg"],
                    "a": world.people["agent"],
                    "p": world.people["administrator"],
                },
            )


def test_an_administrator_is_made_by_two(world: World) -> None:
    plant_role(world, "supervisor", "Aalburg")
    proposal = propose(world)
    assert roles(world, "editor") == [("Aalburg", "editor")]
    with pytest.raises(NotAllowed):
        decide(world, "administrator", proposal)
    assert decide(world, "supervisor", proposal) == "confirmed"
    assert roles(world, "editor") == [("Aalburg", "administrator"), ("Aalburg", "editor")]
    with pytest.raises(NotFound):
        decide(world, "supervisor", proposal)


def test_who_gains_by_it_confirms_nothing_and_who_proposed_may_withdraw(world: World) -> None:
    plant_role(world, "supervisor", "Bergen")
    with world.scope("supervisor", MANAGE) as actor:
        made = actions.grant(
            actor=actor, account_id=world.people["agent"], municipality_id=world.towns["Bergen"], role="administrator"
        )
        proposal = made.id
        db.session.commit()
    assert decide(world, "supervisor", proposal, confirm=False) == "withdrawn"
    assert ("Bergen", "administrator") not in roles(world, "agent")


def test_where_a_town_has_no_second_administrator_one_of_another_town_of_the_centre_confirms(world: World) -> None:
    plant_role(world, "supervisor", "Bergen")
    plant_role(world, "agent_zuid", "Drunen")
    proposal = propose(world)
    with world.scope("agent_zuid", MANAGE):
        assert queries.open_proposals() == []
    with world.scope("supervisor", MANAGE):
        assert [each.may_decide for each in queries.open_proposals()] == [True]
    assert decide(world, "supervisor", proposal) == "confirmed"


def test_a_proposal_stands_once(world: World) -> None:
    propose(world)
    with pytest.raises(InvalidState):
        propose(world)


def test_the_last_administrator_of_a_town_stays(world: World) -> None:
    plant_role(world, "supervisor", "Aalburg")
    with world.scope("supervisor", MANAGE) as actor:
        actions.leave(actor=actor, account_id=world.people["administrator"])
        db.session.commit()
    own = next(iter(ids(world, "supervisor", "administrator")))
    with world.scope("supervisor", MANAGE) as actor, pytest.raises(InvalidState, match="laatste beheerder"):
        actions.end_membership(actor=actor, membership_id=own)


def ids(world: World, person: str, role: str) -> list[uuid.UUID]:
    with world.admin() as admin:
        query = "select id from membership where account_id = %s and role = %s and valid_to is null"
        return [row[0] for row in admin.execute(query, (world.people[person], role))]


def test_who_leaves_is_out_at_the_next_request_in_the_middle_of_a_transaction_and_on_an_open_stream(
    world: World, settings: Settings
) -> None:
    page = world.page("handler").get("/work/")
    hub, listener = Hub(settings), Listener(secret=world.session_for("handler"))
    with psycopg.connect(hub.url, autocommit=True) as connection:
        hub.ask(connection, [listener])
    assert listener.rights is not None
    app_url = sa.engine.make_url(settings.app_url).set(drivername="postgresql")
    with psycopg.connect(app_url.render_as_string(hide_password=False)) as running:
        secret = world.session_for("handler")
        running.execute(
            "select set_config('kcc.secret', %s, true), set_config('kcc.permission', 'task:work', true)", (secret,)
        )
        before = running.execute("select count(*) from department").fetchone()
        assert before is not None and before[0] > 0
        with world.scope("administrator", MANAGE) as actor:
            assert actions.leave(actor=actor, account_id=world.people["handler"]) == [world.towns["Aalburg"]]
            db.session.commit()
        with pytest.raises(psycopg.Error, match="scope unknown"):
            running.execute("select count(*) from department")
    assert page.get("/work/").path.startswith("/sign-in")
    with psycopg.connect(hub.url, autocommit=True) as connection:
        hub.ask(connection, [listener])
    assert listener.rights is None and listener.lines.get_nowait() == b""
    with world.admin() as admin:
        query = "select a.active, (select count(*) from guard.credential c where c.account_id = a.id) from account a where a.id = %s"
        assert admin.execute(query, (world.people["handler"],)).fetchone() == (False, 0)


def test_who_leaves_one_town_keeps_the_roles_elsewhere(world: World) -> None:
    with world.scope("administrator", MANAGE) as actor:
        assert actions.leave(actor=actor, account_id=world.people["two_hats"]) == [world.towns["Aalburg"]]
        db.session.commit()
    assert roles(world, "two_hats") == [("Bergen", "contract_manager")]
    world.page("two_hats").get("/account/")


def test_a_role_ends_on_its_last_day_or_at_once(world: World) -> None:
    number = ids(world, "handler", "handler")[0]
    with world.scope("administrator", MANAGE) as actor:
        ended = actions.end_membership(actor=actor, membership_id=number)
        db.session.commit()
        assert ended.valid_to is not None
    assert roles(world, "handler") == []


def test_two_centres_share_nobody_even_in_the_database(world: World) -> None:
    with pytest.raises(psycopg.Error, match="one centre"):
        plant_role(world, "agent_zuid", "Aalburg", "agent")
    with world.scope("administrator", MANAGE) as actor, pytest.raises(InvalidInput) as fault:
        actions.add_account(
            actor=actor, email="agent_zuid@kcc.example", name="X", municipality_id=world.towns["Aalburg"], role="agent"
        )
    assert fault.value.field == "email"


def test_an_account_is_changed_only_in_name_and_only_where_one_manages(world: World) -> None:
    with world.scope("administrator", MANAGE) as actor:
        assert (
            actions.rename(actor=actor, account_id=world.people["handler"], name="Hanna de Boer").name
            == "Hanna de Boer"
        )
        db.session.commit()
        with pytest.raises(NotFound):
            actions.rename(actor=actor, account_id=world.people["agent_cadzand"], name="X")
        with pytest.raises(DBAPIError, match="permission denied"):
            db.session.execute(sa.text("update account set email = 'x@y.example'"))
    with world.scope("agent", Permission.DESK_USE), pytest.raises(DBAPIError, match="row-level security"):
        db.session.execute(sa.text("update account set name = 'X' where id = :a"), {"a": world.people["handler"]})
