"""One citizen on a page."""

from __future__ import annotations

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.parties import actions
from tests.support.world import World


def test_opening_a_party_leaves_evidence_and_hides_a_secret_address(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = actions.add_party(
            actor=actor, municipality_id=world.towns["Aalburg"], name="Stil", postcode="4261 AB", is_secret=True
        )
        url = f"/parties/{party.municipality_id}/{party.id}"
        db.session.commit()
    page = world.page("agent").get(url)
    assert "Stil" in page.text and "4261" not in page.text
    with world.admin() as admin:
        assert admin.execute("select what from access_record").fetchall() == [("party_open",)]
    world.page("agent_cadzand").get(url, status=404)
    world.page("contract_manager").get(url, status=403)
