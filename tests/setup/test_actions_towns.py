"""Making a town, and what it needs: by those who set up a town of its centre, and nobody else."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities.models_history import SetupChange
from kcc.setup import actions_towns as actions
from tests.support.world import World

NEW = {"name": "Hellevoetsluis", "short_code": "HVS", "cbs_code": "0530"}


def test_a_new_town_is_in_preparation_and_its_maker_administers_it(world: World) -> None:
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        town = actions.make_town(actor=actor, centre_id=world.centres["noord"], **NEW)
        assert town.joined_on is None and "{naam}" in town.greeting
        made = db.session.scalar(sa.select(SetupChange).where(SetupChange.municipality_id == town.id))
        assert made is not None and made.before is None and made.account_id == actor.account_id
        with pytest.raises(InvalidInput) as refused:
            actions.make_town(actor=actor, centre_id=world.centres["noord"], **NEW)
        assert refused.value.field == "short_code"
        with pytest.raises(InvalidState):
            actions.open_town(actor=actor, municipality_id=town.id, on=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("person", "permission", "centre"),
    [
        ("agent", Permission.SETUP_MANAGE, "noord"),
        ("supervisor", Permission.SETUP_MANAGE, "noord"),
        ("administrator", Permission.SETUP_MANAGE, "zuid"),
        ("administrator", Permission.HEALTH_SEE, "noord"),
    ],
)
def test_nobody_else_makes_a_town(world: World, person: str, permission: Permission, centre: str) -> None:
    with world.scope(person, permission) as actor, pytest.raises(NotAllowed):
        actions.make_town(actor=actor, centre_id=world.centres[centre], **NEW)
    with world.admin() as admin:
        assert admin.execute("select count(*) from municipality").fetchone() == (4,)


def test_topics_are_copied_only_from_a_town_that_one_sets_up(world: World) -> None:
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        town = actions.make_town(actor=actor, centre_id=world.centres["noord"], **NEW)
        for foreign in (world.towns["Bergen"], world.towns["Drunen"], town.id):
            with pytest.raises(NotFound):
                actions.copy_topics(actor=actor, municipality_id=town.id, source_id=foreign, all_of_them=True)
        copied = actions.copy_topics(
            actor=actor, municipality_id=town.id, source_id=world.towns["Aalburg"], all_of_them=False
        )
        again = actions.copy_topics(
            actor=actor, municipality_id=town.id, source_id=world.towns["Aalburg"], all_of_them=True
        )
        assert (copied, again) == (2, 0)


def test_a_key_is_made_of_a_name_and_is_of_one_department() -> None:
    assert actions.key_for("Burgerzaken (paspoort)", set()) == "burgerzaken-paspoort"
    assert actions.key_for("Afval", {"afval", "afval-2"}) == "afval-3"
    assert actions.key_for("Ɛ", set()) == "afdeling"
