"""Pages that hand a task on."""

from __future__ import annotations

from tests.factories.backoffice import make_task
from tests.factories.people import plant_absence
from tests.support.world import World


def test_forwarding_and_returning_ask_a_reason(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    page = world.page("handler").get(f"/work/{task_id}/forward")
    (choice,) = [o.text for o in page.soup.select("select option")]
    assert choice.startswith("Afval · ")
    page.submit(status=422)
    page.submit(reason="Hoort bij afval.")
    assert "Doorgezet" in page.text
    other = world.page("handler_afval").get("/work/?view=departments")
    row = other.by_testid("task-row")
    other.get(str(row["href"]))
    other.get(other.path.split("?")[0] + "/return").submit(reason="Toch niet van ons.")
    agent = world.page("agent").get("/queue/")
    assert "Toch niet van ons." in agent.text


def test_a_coordinator_gives_work_away(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    page = world.page("coordinator").get(f"/work/{task_id}/assign")
    page.submit(account_id=str(world.people["handler"]))
    assert "Opgepakt door Handler" in page.text
    page.submit('form[action*="/release"]')
    assert "Nog door niemand opgepakt" in page.text
    world.page("handler").get(f"/work/{task_id}/assign").submit(account_id=str(world.people["handler"]), status=422)


def test_work_for_somebody_who_is_away_goes_to_who_stands_in(world: World) -> None:
    task_id, ticket_id = make_task(world)
    plant_absence(world, "handler", deputy="handler_second")
    page = world.page("coordinator").get(f"/work/{task_id}/assign")
    choices = [o.text for o in page.soup.select("select option")]
    assert any("Handler · afwezig tot en met" in text and text.endswith("gaat naar Handler Second") for text in choices)
    page.submit(account_id=str(world.people["handler"]))
    assert "Dit verzoek ligt nu bij de vervanger." in page.text and "Opgepakt door Handler Second" in page.text
    assert "Contactverzoek naar de vervanger: de collega is afwezig tot en met" in page.text
    assert "naar de vervanger" in world.page("agent").get(f"/tickets/{ticket_id}").text


def test_a_department_without_anybody_says_who_gets_the_question_instead(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    afval, burgerzaken = world.departments["Aalburg", "afval"], world.departments["Aalburg", "burgerzaken"]
    with world.admin() as admin:
        admin.execute("delete from department_member where department_id = %s", (afval,))
        admin.execute("update department set fallback_id = %s where id = %s", (burgerzaken, afval))
    page = world.page("handler").get(f"/work/{task_id}/forward")
    assert [o.text for o in page.soup.select("select option")] == ["Afval · niemand: gaat naar Burgerzaken"]
    page.submit(reason="Hoort bij afval.", status=422)
    assert "uw eigen afdeling vangt haar vragen op" in page.text


def test_an_agent_hands_a_returned_question_to_another_department(world: World) -> None:
    task_id, ticket_id = make_task(world)
    world.page("handler").get(f"/work/{task_id}/return").submit(reason="Hoort bij afval.")
    page = world.page("agent").get("/queue/")
    page.submit('form[action*="/claim"]')
    page.get("/queue/")
    page.get(str(page.by_testid("queue-escalate")["href"]))
    assert "+31612345678" in page.text
    page.submit(department_id=str(world.departments["Aalburg", "afval"]), number="", status=422)
    page.submit(department_id=str(world.departments["Aalburg", "afval"]), number="0612345678", reason="Graag bellen.")
    assert "Doorgezet naar de afdeling." in page.text
    assert "De wachtrij is leeg" in page.get("/queue/").text
    assert world.page("handler_afval").get("/work/").by_testid("task-row")
    world.page("agent_cadzand").get(f"/work/escalate/{ticket_id}", status=404)
