"""Kiosks: made for a counter of one's own, and shut for good when they are withdrawn."""

from __future__ import annotations

import uuid

import pytest

from kcc.channels import actions_kiosk as actions
from kcc.channels import public_door as door
from kcc.channels import rules_kiosk as rules
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.core.tenancy import doorless_scope
from tests.channels.test_actions_counter import make_counter
from tests.support.world import World


def make(world: World, entrance: int, person: str = "administrator", place: str = "Hal") -> tuple[uuid.UUID, str]:
    """A kiosk of a counter, and its secret."""
    key = world.app.config["SETTINGS"].data_key
    with world.scope(person, Permission.SETUP_MANAGE) as actor:
        made = actions.make_kiosk(actor=actor, entrance_id=entrance, place=place, data_key=key).id
        db.session.commit()
    return made, rules.secret_of(key, made)


def opens(world: World, secret: str) -> bool:
    """Whether the secret shows a counter."""
    with world.app.app_context(), doorless_scope():
        try:
            return bool(door.kiosk(secret))
        except NotFound:
            return False
        finally:
            db.session.rollback()


def test_a_kiosk_opens_until_it_is_withdrawn_and_never_again(world: World) -> None:
    kiosk, secret = make(world, make_counter(world))
    assert opens(world, secret) and not opens(world, secret + "x") and not opens(world, "")
    for _twice in range(2):
        with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
            actions.withdraw_kiosk(actor=actor, kiosk_id=kiosk)
            db.session.commit()
    assert not opens(world, secret)
    with world.admin() as admin:
        verbs = admin.execute("select verb from audit_entry where subject_type = 'kiosk' order by at, id").fetchall()
    assert verbs == [("kiosk.made",), ("kiosk.withdrawn",)]


@pytest.mark.parametrize(
    "change", ["update entrance set active = false", "update municipality set left_on = current_date"]
)
def test_a_counter_that_is_shut_or_a_town_that_left_gives_no_numbers(world: World, change: str) -> None:
    _kiosk, secret = make(world, make_counter(world))
    with world.admin() as admin:
        admin.execute(change)
        assert not opens(world, secret)


def test_a_counter_elsewhere_or_another_way_in_has_no_kiosk_and_ten_are_enough(world: World) -> None:
    for entrance in (make_counter(world, "Drunen"), world.entrances["Aalburg"], 999_999):
        with pytest.raises(NotFound):
            make(world, entrance)
    entrance = make_counter(world)
    for _one in range(actions.MOST_AT_A_COUNTER):
        make(world, entrance)
    with pytest.raises(InvalidInput, match="hoogstens 10"):
        make(world, entrance)
