"""Pages of the queue: state and next in the bar, what rings, the list, why, and dividing by hand."""

from __future__ import annotations

import uuid

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.routing import actions_offers as offers
from tests.factories.routing import available, make_call, make_item
from tests.support.world import World


def test_the_page_lets_an_agent_claim_and_finish(world: World) -> None:
    make_item(world)
    page = world.page("agent").get("/queue/")
    page.submit('form[action*="/claim"]')
    page.get("/queue/").submit('form[action*="/done"]')
    assert "De wachtrij is leeg" in page.text
    world.page("handler").get("/queue/", status=403)


def test_who_comes_second_is_told_by_whom(world: World) -> None:
    make_item(world)
    late = world.page("two_hats").get("/queue/")
    world.page("agent").get("/queue/").submit('form[action*="/claim"]')
    late.submit('form[action*="/claim"]')
    assert "Agent was u voor: deze vraag is al opgepakt." in late.text


def test_next_opens_the_ticket_and_says_when_hands_are_full(world: World) -> None:
    make_item(world)
    make_item(world)
    page = world.page("agent").get("/queue/")
    page.submit('form[action$="/queue/next"]')
    assert page.path.startswith("/tickets/")
    page.get("/queue/").submit('form[action$="/queue/next"]')
    assert "Rond eerst af wat u hebt opgepakt" in page.text


def test_an_agent_becomes_available_and_a_caller_rings_in_the_bar(world: World) -> None:
    make_call(world)
    page = world.page("agent").get("/queue/state")
    assert "Niet aangemeld voor werk" in page.text
    page.submit('form[action$="/queue/state"]', choice="available")
    page.get("/queue/state")
    assert "Beschikbaar" in page.text
    assert page.by_testid("offer")
    page.submit('form[action$="/refuse"]')
    assert "Doorgegeven" in page.text


def test_a_state_that_nobody_chooses_is_refused_with_words(world: World) -> None:
    page = world.page("agent").get("/queue/state")
    page.submit('form[action$="/queue/state"]', choice="break:ziek", status=422)
    assert "Kies een reden voor de pauze" in page.text


def test_why_says_who_was_chosen_over_whom_without_names(world: World) -> None:
    available(world, "agent", "two_hats")
    call = make_call(world)
    page = world.page("two_hats").get(f"/queue/{call}/why")
    assert "Nog niets besloten" in page.text
    with world.scope("agent", Permission.DESK_USE):
        assert offers.offer(item_id=call) == world.people["agent"]
        db.session.commit()
    page.get(f"/queue/{call}/why")
    assert (
        "Aangeboden" in page.text
        and "Collega 1" in page.text
        and "gekozen" in page.text
        and "<strong>U</strong>" in page.text
    )
    page.get(f"/queue/{uuid.uuid4()}/why", status=404)
    world.page("agent_cadzand").get(f"/queue/{call}/why", status=404)


def test_a_supervisor_gives_work_and_takes_it_back(world: World) -> None:
    item = make_item(world)
    available(world, "agent")
    page = world.page("supervisor").get("/queue/supervise")
    page.submit(f'form[action="/queue/{item}/assign"]', account_id=str(world.people["agent"]), reason="skill")
    assert "Toegewezen" in page.text
    page.submit(f'form[action="/queue/{item}/take-back"]', reason="load")
    assert "Terug in de wachtrij" in page.text
    world.page("agent").get("/queue/supervise", status=403)


def test_a_screen_that_beats_does_not_keep_its_session_alive(world: World) -> None:
    with world.admin() as admin:
        page = world.page("agent")
        admin.execute("update guard.door set seen_at = now() - interval '10 minutes'")
        page.client.get("/queue/state", headers={"X-KCC-Background": "1", "HX-Request": "true"})
        (age,) = admin.execute("select extract(epoch from now() - max(seen_at)) from guard.door").fetchone() or (0,)
        assert age > 500
        page.get("/queue/state")
        (age,) = admin.execute("select extract(epoch from now() - max(seen_at)) from guard.door").fetchone() or (0,)
        assert age < 60
