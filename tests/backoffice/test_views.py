"""The worklist and the page of a task, in a browser that judges pages and counts queries."""

from __future__ import annotations

from datetime import timedelta

from kcc.core.clock import now
from tests.factories.backoffice import make_task
from tests.support.page import CANARY, Page
from tests.support.world import World


def test_a_task_goes_from_picked_up_over_not_reached_and_reached_to_closed(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    page = world.page("handler").get("/work/")
    assert "Paspoort aanvragen" in page.text and page.by_testid("task-row")
    page.get(f"/work/{task_id}")
    assert "06 12345678" in page.text and "Waar blijft mijn paspoort?" in page.text
    page.submit('form[action*="/pick-up"]')
    assert "U hebt dit verzoek opgepakt" in page.text
    page.submit('form[action*="/talk"]', button="not_reached")
    assert "Niet bereikt, 1 keer" in page.text
    page.submit('form[action*="/talk"]', button="reached", status=422)
    assert "Schrijf op wat u met de inwoner hebt besproken." in page.text
    page.submit('form[action*="/talk"]', button="reached", told="Het ligt klaar.")
    page.submit('form[action*="/talk"]', button="close")
    assert "afgehandeld" in page.text and "Het ligt klaar." in page.text
    assert page.soup.select_one('[data-testid="task-close"]') is None


def test_who_comes_second_reads_who_was_first(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    second = world.page("handler_second").get(f"/work/{task_id}")
    world.page("handler").get(f"/work/{task_id}").submit('form[action*="/pick-up"]')
    second.submit('form[action*="/pick-up"]')
    assert "al opgepakt door Handler." in second.text
    assert second.soup.select_one('[data-testid="attempt-reached"]') is None


def test_other_departments_and_towns_get_404_and_see_nothing(world: World) -> None:
    task_id, ticket_id = make_task(world, text=f"{CANARY} paspoort")
    for stranger in ("handler_afval", "handler_bergen"):
        page = world.page(stranger)
        page.get("/work/")
        assert page.soup.select_one('[data-testid="task-row"]') is None
        page.get(f"/work/{task_id}", status=404)
        page.get(f"/work/{task_id}/forward", status=404)
        page.get(f"/work/of-ticket/{ticket_id}", status=404)
        form_key = world.page(stranger).get("/work/")  # a page of their own, for its token
        token = form_key.soup.select_one('meta[name="csrf-token"]')
        assert token is not None
        headers = {"X-KCC-Form-Key": "0b8f7f0e-0000-4000-8000-000000000001"}
        form_key.post(f"/work/{task_id}/pick-up", {"csrf_token": token["content"]}, status=404, headers=headers)


def test_refused_words_stay_and_nothing_is_kept(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    page = world.page("handler").get(f"/work/{task_id}")
    page.submit('form[action*="/talk"]', button="close", told="x" * 4001, status=422)
    assert "1 tekens te lang" in page.text and "x" * 4001 in page.text
    page.get(f"/work/{task_id}")
    assert "Nog door niemand opgepakt" in page.text


def test_a_note_and_an_answer_stand_in_the_timeline(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    page = world.page("handler").get(f"/work/{task_id}")
    page.submit('form[action*="/note"]', note="Chauffeur gebeld.")
    page.submit('form[action*="/answer"]', answer="Wij komen dinsdag.")
    assert "Chauffeur gebeld." in page.soup.select_one(".note-internal").text  # type: ignore[union-attr]
    assert "Wij komen dinsdag." in page.text


def test_full_pages_stay_within_the_query_budget_and_page_on(world: World) -> None:
    for number in range(53):
        task_id, _ticket_id = make_task(world, due_at=now() + timedelta(hours=number - 5))
    page: Page = world.page("handler").get("/work/?view=departments")
    assert len(page.soup.select('[data-testid="task-row"]')) == 50
    following = page.soup.select_one('a[rel="next"]')
    assert following is not None
    page.get(str(following["href"]))
    assert len(page.soup.select('[data-testid="task-row"]')) == 3
    page.get("/work/?view=late")
    assert len(page.soup.select('[data-testid="task-row"]')) in (5, 6)
    page.get(f"/work/{task_id}?view=departments")
    page.get(f"/work/list?view=departments&chosen={task_id}", fragment=True)
    page.get("/work/?view=mine&after=broken")


def test_a_tickets_page_shows_its_tasks(world: World) -> None:
    _task_id, ticket_id = make_task(world)
    page = world.page("agent").get(f"/work/of-ticket/{ticket_id}", fragment=True)
    assert "Burgerzaken" in page.text and "Openen in de werklijst" not in page.text
    page = world.page("handler").get(f"/work/of-ticket/{ticket_id}", fragment=True)
    assert "Openen in de werklijst" in page.text
    world.page("agent_cadzand").get(f"/work/of-ticket/{ticket_id}", fragment=True, status=404)


def test_a_double_click_makes_one_attempt(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    page = world.page("handler").get(f"/work/{task_id}")
    form = page.soup.select_one('form[action*="/talk"]')
    assert form is not None
    data = {str(i["name"]): str(i.get("value", "")) for i in form.select("input[name]")} | {
        "told": "",
        "do": "not_reached",
    }
    for _time in range(2):
        page.post(str(form["action"]), data)
    assert "Niet bereikt, 1 keer" in page.text


def test_the_ticket_page_has_a_place_for_its_tasks(world: World) -> None:
    _task_id, ticket_id = make_task(world)
    assert f"/work/of-ticket/{ticket_id}" in world.page("agent").get(f"/tickets/{ticket_id}").text
