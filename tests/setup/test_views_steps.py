"""Every step has its words and its page, and no page is saved over what somebody did meanwhile."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from kcc.municipalities.rules_readiness import State, Step
from kcc.setup.views_steps import ADVICE, STATES, STEPS
from tests.factories.people import plant_role
from tests.support.page import Page
from tests.support.world import World


def test_every_step_has_words_a_page_and_advice(app: Flask) -> None:
    assert list(STEPS) == list(Step) and set(STATES) == set(State)
    assert set(ADVICE) == set(Step) - {Step.IDENTITY}
    assert all(endpoint in app.view_functions for _label, endpoint in STEPS.values())


def two_pages(world: World, path: str) -> tuple[Page, Page]:
    """The same page, open with two administrators."""
    plant_role(world, "supervisor_aalburg", "Aalburg")
    return world.page("administrator").get(path), world.page("supervisor_aalburg").get(path)


@pytest.mark.parametrize(
    ("step", "selector", "theirs", "mine", "told"),
    [
        ("hours", "main form", {"monday": "09:00-12:00"}, {"monday": "", "friday": "08:30-16:00"}, "maandag"),
        ("identity", "main form", {"inhabitants": "40000"}, {"inhabitants": "41000"}, "Inwoners"),
        ("looks", "main form", {"greeting": "Hoi, met {naam}"}, {"greeting": "Dag, met {naam}"}, "Hoi, met {naam}"),
        ("closing", "#holidays", {"good_friday": "y"}, {"christmas_eve_closes_at": "16:00"}, "Goede Vrijdag"),
        ("agreements", "main form.card", {"percent": "90", "valid_from": "2031-01-01"},
         {"percent": "70", "valid_from": "2031-02-01"}, "1 januari 2031"),
    ],
)  # fmt: skip
def test_an_old_page_is_not_saved_over_what_a_colleague_did_meanwhile(
    world: World, step: str, selector: str, theirs: dict[str, str], mine: dict[str, str], told: str
) -> None:
    first, second = two_pages(world, f"/setup/towns/{world.towns['Aalburg']}/{step}")
    first.submit(selector, **theirs)
    second.submit(selector, status=422, **mine)
    clash = second.by_testid("clash")
    assert told in clash.text and "Administrator, " in clash.text and "is niet bewaard" in clash.text
    for name, value in mine.items():
        shown = second.soup.select_one(f"{selector} [name={name}]")
        assert shown is not None and value in (shown.get("value"), shown.text.strip()), "what was typed stays"
    second.submit(selector, status=422, **mine)
    assert second.by_testid("clash"), "pressing again is not knowing"
    second.submit(selector, button="over", **mine)
    assert not second.soup.select("[data-testid=clash]")
    history = second.get(f"/setup/towns/{world.towns['Aalburg']}/changes").text
    assert "Administrator" in history and "Supervisor Aalburg" in history


def test_a_department_shows_what_was_done_and_theirs_can_be_taken(world: World) -> None:
    own = world.departments["Aalburg", "afval"]
    path = f"/setup/towns/{world.towns['Aalburg']}/departments/{own}"
    first, second = two_pages(world, path)
    first.submit("main form", phone="0181 331 111")
    second.submit("main form", hours="ma-vr 09:00-12:00", status=422)
    assert "0181 331 111" in second.by_testid("clash").text
    taken = second.get(str(second.by_testid("clash-take")["href"]))
    assert taken.path == path and taken.soup.select_one("#phone")["value"] == "0181 331 111"  # type: ignore[index]
    taken.submit("main form", hours="ma-vr 09:00-12:00")
    with world.admin() as admin:
        assert admin.execute("select phone, hours is not null from department where id = %s", (own,)).fetchone() == (
            "+31181331111", True
        )  # fmt: skip


def test_who_changes_something_else_or_the_same_way_is_not_held_up(world: World) -> None:
    base = f"/setup/towns/{world.towns['Aalburg']}"
    topic, other = world.topics["noord", "grofvuil"], world.topics["noord", "paspoort"]
    first, second = two_pages(world, f"{base}/topics/{topic}")
    first.submit("main form", questions="Waar staat het?")
    second.submit("main form", questions="Waar staat het?")
    assert "Er is niets veranderd." in second.text
    second.get(f"{base}/topics/{other}")
    first.get(f"{base}/topics/{topic}").submit("main form", questions="Hoe groot is het?")
    second.submit("main form", questions="Voor wie?")
    assert "Bewaard." in second.text


def test_what_a_colleague_changed_is_not_taken_away_unseen(world: World) -> None:
    base = f"/setup/towns/{world.towns['Aalburg']}/links"
    world.page("administrator").get(base).submit("main form.card", label="Kaart", url="https://kaart.example")
    first, second = two_pages(world, base)
    first.get(str(first.soup.select_one(".setup-list a, main a[href*='/links/']")["href"]))  # type: ignore[index]
    first.submit("main form", label="Plattegrond")
    second.submit('form[action$="/remove"]')
    assert "intussen veranderd" in second.text and "Plattegrond" in second.text
    second.submit('form[action$="/remove"]')
    assert "Plattegrond" not in second.soup.select_one("main").text  # type: ignore[union-attr]


def test_of_two_who_save_in_the_same_moment_one_is_told(world: World) -> None:
    path = f"/setup/towns/{world.towns['Aalburg']}/identity"
    pages = two_pages(world, path)
    ready = threading.Barrier(2)
    answers: list[int] = []

    def save(page: Page, number: str) -> None:
        form = page.soup.select_one("main form")
        assert form is not None
        data = {str(each["name"]): str(each.get("value", "")) for each in form.select("input[name]")}
        ready.wait()
        answers.append(page.client.post(path, data={**data, "inhabitants": number}).status_code)

    threads = [threading.Thread(target=save, args=pair) for pair in zip(pages, ("40000", "41000"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422]
