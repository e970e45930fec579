"""A town in ten minutes, in a real browser: from nothing to a call for it that is answered and put through."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid
from tests.journeys.test_every_page import judge, take_picture

TOWN = "Hellevoetsluis"
SENTENCE = "De kast voor de deur van nummer acht staat er al een week"
HOURS = "08:30-12:00, 13:00-17:00"
TEN_MINUTES = 600


@pytest.fixture
def afterwards_gone(centre: Centre) -> Iterator[None]:
    """The other journeys find the centre as it was: the town has left, and nobody works there."""
    yield
    with psycopg.connect(centre.admin_url, autocommit=True) as admin:
        for statement in (
            "update membership set valid_to = now() where municipality_id in (select id from municipality where name = %s)",
            "update municipality set left_on = current_date - 1 where name = %s",
            "update entrance set active = false where municipality_id in (select id from municipality where name = %s)",
        ):
            admin.execute(statement, (TOWN,))


def save(page: Page) -> None:
    """Keep the step and go where it leads."""
    at_testid(page, "save-step").click()


def add(page: Page, **values: str) -> None:
    """Add one thing to the list of this step."""
    for name, value in values.items():
        control = page.locator(f"main form.card [name={name}]")
        if control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    at_testid(page, "save-row").click()


def make_the_town(page: Page, faults: list[str]) -> None:
    """All steps of the wizard, the topics copied from Brielle."""
    page.goto("/setup/")
    at_testid(page, "setup-setup-towns").click()
    at_testid(page, "new-town").click()
    for name, value in (("name", TOWN), ("cbs_code", "0530"), ("short_code", "HVS")):
        page.fill(f"input[name={name}]", value)
    at_testid(page, "make-town").click()
    page.fill("input[name=inhabitants]", "40312")
    save(page)
    page.wait_for_url(re.compile("/looks$"))
    faults += judge(page, "setup-looks")
    page.locator("input[name=accent][value='7']").check()
    save(page)
    page.wait_for_url(re.compile("/entrances$"))
    add(page, kind="phone", address="0181 331 111", label="Algemeen nummer")
    expect(at_testid(page, "entrances")).to_contain_text("0181 331 111")
    faults += judge(page, "setup-entrances")
    at_testid(page, "onward").click()
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday"):
        page.fill(f"input[name={day}]", HOURS)
    save(page)
    page.wait_for_url(re.compile("/closing$"))
    page.locator("input[name=liberation_day][value=always]").check()
    at_testid(page, "save-holidays").click()
    expect(page.locator("main")).to_contain_text("Bevrijdingsdag")
    page.fill("input[name=on_day]", "2027-05-07")
    page.fill("input[name=label]", "Personeelsdag")
    page.get_by_role("button", name="Voeg toe").click()
    expect(page.locator("main")).to_contain_text("Personeelsdag")
    faults += judge(page, "setup-closing")
    # Leave, and go on another time: what was done is there.
    page.goto("/setup/towns")
    page.get_by_role("link", name=TOWN, exact=True).click()
    expect(at_testid(page, "checklist")).to_contain_text("Voor de telefoon is nog niets afgesproken")
    faults += judge(page, "setup-town")
    page.get_by_role("link", name="Afspraken en termijnen").first.click()
    add(page, channel="phone", percent="80", within_seconds="30", answer_amount="2")
    faults += judge(page, "setup-agreements")
    at_testid(page, "onward").click()
    page.select_option("#compare-source", label="Brielle")
    at_testid(page, "compare").click()
    expect(at_testid(page, "differences")).to_contain_text("Brielle")
    faults += judge(page, "setup-topics")
    at_testid(page, "copy-topics").click()
    expect(page.locator("main")).to_contain_text("overgenomen")
    at_testid(page, "onward").click()
    add(page, label="Afvalkalender", url="https://afval.example")
    expect(at_testid(page, "links")).to_contain_text("Afvalkalender")
    faults += judge(page, "setup-links")
    page.get_by_role("link", name="Afdelingen en groepen").click()
    faults += judge(page, "setup-departments")
    page.get_by_role("link", name="Overzicht").click()
    expect(page.locator("main")).to_contain_text("Alles wat nodig is, is er")
    at_testid(page, "open-town").click()
    expect(page.locator("main")).to_contain_text("doet mee sinds")


def give_role(page: Page, account_id: Any) -> None:
    """Make an agent of Brielle one of the new town too."""
    page.goto(f"/setup/people/{account_id}")
    form = page.locator("form[action$='/roles']")
    form.locator("select[name=municipality_id]").select_option(label=TOWN)
    form.locator("select[name=role]").select_option("agent")
    form.locator("button[type=submit]").click()
    expect(at_testid(page, "roles")).to_contain_text(TOWN)


@pytest.mark.usefixtures("afterwards_gone")
def test_a_town_is_added_and_a_call_for_it_is_put_through_within_ten_minutes(
    centre: Centre, sign_in: Callable[..., Page], record_property: Callable[[str, object], None]
) -> None:
    administrator, entry = sign_in(centre.account("administrator")), centre.account("agent", "BRI")
    [(account_id,)] = centre.query("select id from account where email = %s", entry["email"])
    faults: list[str] = []
    begun = time.monotonic()
    make_the_town(administrator, faults)
    give_role(administrator, account_id)

    agent = sign_in(entry)
    agent.goto("/desk/")
    agent.locator(".entrance-card", has_text=TOWN).locator("[data-testid=start-entrance]").click()
    expect(at_testid(agent, "town")).to_contain_text(TOWN)
    expect(agent.locator("main")).to_contain_text(f"Gemeente {TOWN}, u spreekt met")
    agent.fill("input[name=name]", "B. van Vliet")
    agent.fill("input[name=number]", "0612340000")
    at_testid(agent, "question-topic").fill("Grofvuil laten ophalen")
    at_testid(agent, "notes").fill(SENTENCE)
    at_testid(agent, "escalate").check()
    expect(at_testid(agent, "promise")).to_contain_text("uiterlijk")
    take_picture(agent, "journey-new-town-desk")
    at_testid(agent, "finish").click()
    agent.wait_for_url(re.compile(r"/desk/?$"))
    seconds = time.monotonic() - begun

    [(reference, town, of_town, department)] = centre.query(
        "select t.reference, m.name, d.municipality_id = m.id, d.name from writing w join ticket t on t.id = w.ticket_id"
        " join municipality m on m.id = t.municipality_id join internal_task k on k.ticket_id = t.id"
        " join department d on d.id = k.department_id where w.body like %s",
        SENTENCE + "%",
    )
    assert reference.startswith("HVS-") and town == TOWN and of_town and department
    administrator.get_by_role("link", name="Inrichting").first.click()
    administrator.goto("/setup/towns")
    administrator.get_by_role("link", name=f"Wijzigingen van {TOWN}").click()
    expect(administrator.locator("main")).to_contain_text("Doet mee vanaf")
    faults += judge(administrator, "setup-changes")
    assert faults == []
    record_property("minutes", round(seconds / 60, 2))
    print(f"a new town, from nothing to a call put through: {seconds / 60:.1f} minutes")
    assert seconds < TEN_MINUTES
