"""One person's pages: roles, departments, skills, and leaving with a look at what is handed over."""

from __future__ import annotations

from kcc.backoffice import actions as tasks
from kcc.core.db import db
from kcc.core.permissions import Permission
from tests.factories.backoffice import make_task
from tests.factories.people import do_jobs
from tests.support.world import World


def test_a_role_is_given_and_ended_on_the_page_of_the_person(world: World) -> None:
    page = world.page("administrator").get(f"/setup/people/{world.people['handler']}")
    page.submit('form[action$="/roles"]', role="editor", valid_to="2020-01-01", status=422)
    assert "laatste dag ligt voor de eerste" in page.text and 'value="2020-01-01"' in page.text
    page.submit('form[action$="/roles"]', role="editor", valid_to="2099-12-31")
    assert "Redacteur" in page.by_testid("roles").get_text()
    page.submit('form[action$="/end"]')
    assert "voorbij" in page.by_testid("roles").get_text()


def test_an_administrator_is_proposed_and_the_page_says_so(world: World) -> None:
    url = f"/setup/people/{world.people['editor']}"
    page = world.page("administrator").get(url)
    page.submit('form[action$="/roles"]', role="administrator")
    assert page.path == "/setup/rights" and "Editor, beheerder van Aalburg" in page.text
    page.get(url)
    assert "Voorgesteld als beheerder van Aalburg" in page.text


def test_somebody_elsewhere_is_as_unknown_as_nobody(world: World) -> None:
    page = world.page("administrator")
    for part in ("", "/leave", "/departments", "/skills"):
        page.get(f"/setup/people/{world.people['agent_cadzand']}{part}", status=404)
        foreign = page.text
        page.get(f"/setup/people/{world.people['agent_zuid']}{part}", status=404)
        assert page.text.count("404") == foreign.count("404")


def test_departments_and_skills_are_set_on_their_pages(world: World) -> None:
    page = world.page("administrator").get(f"/setup/people/{world.people['handler']}/departments")
    afval = str(world.departments["Aalburg", "afval"])
    page.submit('form[action=""], form:not([action])', department_id=afval, phone="x y", status=422)
    assert "telefoonnummer" in page.text and 'value="x y"' in page.text
    page.submit('form[action=""], form:not([action])', department_id=afval, phone="0181 11 22 33", weekdays=["0", "2"])
    assert "ma, wo" in page.by_testid("departments").get_text()
    page.submit('form[action$="/remove"]')
    page.get(f"/setup/people/{world.people['agent']}/skills")
    town = world.towns["Aalburg"]
    page.submit("main form", **{f"skill-{town}-0": "2", f"skill-{town}-1": "0"})
    chosen = [option.get_text() for option in page.by_testid("skills").select("option[selected]")]
    assert chosen == ["ervaren", "niet"]
    page.submit("main form", **{f"skill-{town}-1": "9"}, status=422)


def test_leaving_shows_what_is_handed_over_and_ends_access(world: World) -> None:
    task, _ticket = make_task(world)
    with world.scope("handler", Permission.TASK_WORK) as actor:
        tasks.pick_up(actor=actor, task_id=task)
        db.session.commit()
    theirs = world.page("handler").get("/work/")
    page = world.page("administrator").get(f"/setup/people/{world.people['handler']}/leave")
    assert "terug naar de afdeling" in page.by_testid("open-work").get_text()
    assert "Jannie" not in page.text
    page.submit("main form")
    assert "De toegang is beëindigd" in page.text and "gesloten" in page.text
    assert theirs.get("/work/").path.startswith("/sign-in")
    assert "setup.hand_over: done" in do_jobs(world)


def test_nobody_lets_oneself_leave(world: World) -> None:
    page = world.page("administrator").get(f"/setup/people/{world.people['administrator']}/leave")
    assert page.soup.select_one("[data-testid=leave-now]") is None
    page.get(f"/setup/people/{world.people['administrator']}")
    assert "Dit bent u zelf" in page.text
