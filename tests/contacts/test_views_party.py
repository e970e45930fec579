"""What a citizen asked before, beside who that is."""

from __future__ import annotations

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.parties import actions as parties
from tests.factories.tickets import make_ticket, reference_of
from tests.support.world import World


def test_all_questions_of_a_citizen_stand_on_one_page_newest_first_and_page_on(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = parties.add_party(actor=actor, municipality_id=world.towns["Aalburg"], name="Anna van Dijk")
        there, who = f"{party.municipality_id}/{party.id}", party.id
        db.session.commit()
    references = [reference_of(world, make_ticket(world, party_id=who)) for _number in range(22)][::-1]
    other = reference_of(world, make_ticket(world))
    agent = world.page("agent")
    assert f"/tickets/of-party/{there}" in agent.get(f"/parties/{there}").text
    first = agent.get(f"/tickets/of-party/{there}")
    assert [r for r in references if r in first.text] == references[:20] and other not in first.text
    older = first.soup.select_one("a[rel=next]")
    assert older is not None
    second = agent.get(str(older["href"])).text
    assert [r for r in references if r in second] == references[20:]
    with world.admin() as admin:
        looks = admin.execute("select reason, count(*) from access_record group by 1").fetchall()
    assert dict(looks) == {"page": 1, "history": 2}


def test_a_citizen_without_questions_and_one_of_another_town(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = parties.add_party(actor=actor, municipality_id=world.towns["Aalburg"], name="Stil")
        url = f"/tickets/of-party/{party.municipality_id}/{party.id}"
        db.session.commit()
    assert "Nog geen eerdere vragen" in world.page("agent").get(url).text
    world.page("agent_cadzand").get(url, status=404)
    world.page("supervisor").get(url, status=403)
