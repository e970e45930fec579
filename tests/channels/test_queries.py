"""Who a question from outside is of, and what it is about."""

from __future__ import annotations

from kcc.channels import queries
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.parties import actions as parties
from tests.support.world import World


def test_a_party_is_recognised_when_exactly_one_has_the_address(world: World) -> None:
    town = world.towns["Aalburg"]
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = parties.add_party(actor=actor, municipality_id=town, name="J. de Vries", email="jan@example.nl")
        parties.add_party(actor=actor, municipality_id=town, name="A. Bos", phone="0612345678")
        parties.add_party(actor=actor, municipality_id=town, name="B. Bos", phone="0612345678")
        assert queries.only_party(town, email="Jan@example.nl") == party.id
        assert queries.only_party(town, phone="0612345678") is None, "two people share this number"
        assert queries.only_party(town, email="onbekend@example.nl", phone="0612345678") is None
        assert queries.only_party(town, email="geen adres") is None
        assert queries.only_party(world.towns["Bergen"], email="jan@example.nl") is None, "known in another town only"


def test_the_topic_is_read_from_the_words(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        town = world.towns["Aalburg"]
        about = "Goedemiddag, kunt u het grofvuil bij ons laten ophalen? Het is een oude bank."
        assert queries.fitting_topic(town, about) == world.topics["noord", "grofvuil"]


def test_a_text_about_nothing_known_gets_the_general_topic(world: World) -> None:
    town = world.towns["Aalburg"]
    with world.scope("agent", Permission.DESK_USE):
        assert queries.fitting_topic(town, "De lantaarn is stuk.") in {
            world.topics["noord", key] for key in ("grofvuil", "paspoort")
        }
    with world.admin() as admin:
        row = admin.execute(
            "insert into topic (centre_id, key, name, group_name, synonyms, needs_bsn) values (%s, 'algemeen', 'Zomaar iets', 'z', '{}', false) returning id",
            (world.centres["noord"],),
        ).fetchone()
        assert row is not None
        admin.execute(
            "insert into topic_route (municipality_id, topic_id, centre_id, department_id, questions, active) values (%s, %s, %s, %s, '[]', true)",
            (town, row[0], world.centres["noord"], world.departments["Aalburg", "burgerzaken"]),
        )
    try:
        with world.scope("agent", Permission.DESK_USE):
            assert queries.fitting_topic(town, "De lantaarn is stuk.") == row[0]
    finally:
        db.session.rollback()
        with world.admin() as admin:
            admin.execute("delete from topic_route where topic_id = %s", (row[0],))
            admin.execute("delete from topic where id = %s", (row[0],))
