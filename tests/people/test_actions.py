"""What people change about their own account, below the web."""

from __future__ import annotations

import uuid

import pytest

from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor, Permission
from kcc.people import actions, queries, rules
from tests.people.test_views_jobs import make_job
from tests.support.world import PASSWORD, World

NEW = "paard batterij nietje"


def test_settings_are_those_of_the_actor_alone(world: World) -> None:
    with world.scope("agent", Permission.ACCOUNT_SELF) as actor:
        account = actions.save_settings(actor=actor, name="Anna", locale="en", shortcuts_on=False)
        assert account.id == actor.account_id
        with pytest.raises(InvalidInput):
            actions.save_settings(actor=actor, name="", locale="en", shortcuts_on=False)
        with pytest.raises(InvalidInput):
            actions.save_settings(actor=actor, name="Anna", locale="xx", shortcuts_on=False)


def test_a_machine_has_no_account_to_change(world: World) -> None:
    with world.scope("agent", Permission.ACCOUNT_SELF), pytest.raises(NotFound):
        actions.save_settings(actor=Actor.command(), name="Anna", locale="nl", shortcuts_on=True)


def test_the_old_password_is_proof_for_the_new_one(world: World) -> None:
    with world.scope("agent", Permission.ACCOUNT_SELF) as actor:
        salt = queries.own_factors().salt
        with pytest.raises(InvalidInput):
            actions.change_password(actor=actor, email="a@b", old="fout wachtwoord", new=NEW, salt=salt)
        with pytest.raises(InvalidInput):
            actions.change_password(actor=actor, email="a@b", old=PASSWORD, new="kort", salt=salt)
        actions.change_password(actor=actor, email="a@b", old=PASSWORD, new=NEW, salt=salt)
        assert queries.own_factors().salt != salt


def test_codes_go_on_once_and_off_with_the_password(world: World) -> None:
    with world.scope("agent", Permission.ACCOUNT_SELF) as actor:
        with pytest.raises(InvalidState):
            actions.confirm_totp(actor=actor, step=1)
        actions.offer_totp(actor=actor, sealed_secret=b"sealed")
        assert queries.own_factors().totp_secret == b"sealed"
        with pytest.raises(InvalidInput):
            actions.confirm_totp(actor=actor, step=None)
        assert len(actions.confirm_totp(actor=actor, step=1)) == rules.RECOVERY_CODES
        factors = queries.own_factors()
        assert (factors.has_totp, factors.totp_secret, factors.codes_left) == (True, None, 10)
        with pytest.raises(InvalidState):
            actions.confirm_totp(actor=actor, step=2)
        with pytest.raises(InvalidInput):
            actions.drop_totp(actor=actor, password="fout wachtwoord", salt=factors.salt)
        actions.drop_totp(actor=actor, password=PASSWORD, salt=factors.salt)
        assert queries.own_factors().codes_left == 0


def test_only_own_sessions_can_be_ended(world: World) -> None:
    world.session_for("handler")
    with world.admin() as admin:
        row = admin.execute("select id from guard.door where account_id = %s", (world.people["handler"],)).fetchone()
    assert row is not None
    with world.scope("agent", Permission.ACCOUNT_SELF) as actor:
        for door_id in (row[0], uuid.uuid4()):
            with pytest.raises(NotFound):
                actions.end_session(actor=actor, door_id=door_id)
        assert len(queries.own_sessions()) == 1


def test_a_job_out_of_sight_cannot_be_retried(world: World) -> None:
    here, there = make_job(world, "Aalburg", "dead"), make_job(world, "Bergen", "dead")
    with world.scope("administrator", Permission.JOB_SEE) as actor:
        actions.retry_job(actor=actor, job_id=here)
        for job_id in (there, uuid.uuid4(), here):
            with pytest.raises(NotFound):
                actions.retry_job(actor=actor, job_id=job_id)
