"""In a real browser: a call rings and pops up with its town and who is known; two agents reach for one caller."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.journeys.conftest import Centre, axe_violations
from tests.journeys.test_call_to_closed_task import at_testid
from tests.journeys.test_every_page import take_picture


def telephony(centre: Centre, *words: str) -> str:
    """One of the product's own commands; gives what it says."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "telephony", *words]
    done = subprocess.run(command, cwd=ROOT, env=centre.environ, capture_output=True, text=True, check=True)
    return done.stdout


def alone_at_work(centre: Centre, *emails: str) -> None:
    """Only these agents are available; everybody else is gone, and nothing rings.

    They must have signed in before: who has no session is taken offline by the next sweep.
    """
    with psycopg.connect(centre.admin_url) as admin:
        admin.execute(
            "update work_item set state = 'withdrawn', done_at = now() where kind in ('call', 'counter', 'callback') and done_at is null"
        )
        admin.execute("update conversation set finished_at = now() where finished_at is null")
        admin.execute("delete from agent_state")
        admin.execute(
            "insert into agent_state (centre_id, account_id, state, reason, resume, since, idle_since, beat_at)"
            " select (select id from centre limit 1), id, 'available', '', 'available', now(), now(), now() + interval '10 minutes'"
            " from account where email = any(%s)",
            (list(emails),),
        )


def open_all_hours(centre: Centre) -> None:
    """A town that is open at this hour, whatever hour it is."""
    with psycopg.connect(centre.admin_url) as admin:
        admin.execute(
            "delete from opening_hours where municipality_id = (select id from municipality where name = 'Brielle')"
        )
        admin.execute(
            "insert into opening_hours (municipality_id, weekday, opens, closes)"
            " select m.id, d, '00:00', '23:59:59' from municipality m, generate_series(0, 6) d where m.name = 'Brielle'"
        )


def a_shared_number(centre: Centre) -> str:
    """A number under which two people of Brielle are known."""
    number = "+31612340987"
    with psycopg.connect(centre.admin_url) as admin:
        admin.execute("delete from digital_address where address = %s", (number,))
        admin.execute(
            "insert into digital_address (id, municipality_id, party_id, kind, address, as_given, preferred)"
            " select gen_random_uuid(), p.municipality_id, p.id, 'phone', %s, %s, true from party p join municipality m on m.id = p.municipality_id"
            " where m.name = 'Brielle' order by p.id limit 2",
            (number, number),
        )
    return number


@pytest.fixture
def agent(centre: Centre) -> dict[str, Any]:
    """An agent of Brielle, with the town open."""
    open_all_hours(centre)
    return centre.account("agent", "BRI")


def at_desk(centre: Centre, page: Page, account: dict[str, Any]) -> Page:
    """The agent who signed in on this page is the only one at work, with the desk before them."""
    alone_at_work(centre, account["email"])
    page.goto("/desk/")
    return page


def phone_of(centre: Centre, account: dict[str, Any]) -> str:
    """The extension of an agent."""
    query = "select p.address from agent_phone p join account a on a.id = p.account_id where a.email = %s"
    return str(centre.query(query, account["email"])[0][0])


def test_a_call_rings_pops_up_and_is_open_when_the_telephone_is_lifted(
    centre: Centre, agent: dict[str, Any], sign_in: Callable[..., Page]
) -> None:
    page = at_desk(centre, sign_in(agent), agent)
    number = a_shared_number(centre)
    call, decision = telephony(centre, "ring", "--to", "14 0189", "--from", number).split()[:2]
    assert decision == "agent"
    pop = at_testid(page, "screen-pop")
    expect(pop).to_contain_text("Brielle")
    expect(pop).to_contain_text("06 12340987")
    expect(pop.locator(".pop__known li")).to_have_count(2)
    assert axe_violations(page) == []
    take_picture(page, "call-rings")
    telephony(centre, "event", call, "answered", "--agent", phone_of(centre, agent))
    page.wait_for_url("**/desk/*-*")
    expect(at_testid(page, "town")).to_contain_text("Brielle")
    expect(page.locator("#number")).to_have_value("06 12340987")
    expect(page.get_by_test_id("known-caller")).to_have_count(2)
    expect(page.get_by_test_id("party")).to_have_count(0)
    assert axe_violations(page) == []
    take_picture(page, "call-answered")
    name = page.get_by_test_id("known-caller").nth(1).locator(".result__title").inner_text().split(" Alt")[0].strip()
    page.keyboard.press("Alt+Shift+2")
    expect(page.get_by_test_id("party")).to_contain_text(name)
    telephony(centre, "event", call, "hung_up")
    expect(page.get_by_test_id("call")).to_contain_text("Opgehangen")
    page.goto("/desk/")
    expect(page.get_by_test_id("to-wrap-up")).to_contain_text("Brielle")
    assert axe_violations(page) == []
    take_picture(page, "call-to-wrap-up")


def test_a_caller_who_hangs_up_is_gone_from_the_screen(
    centre: Centre, agent: dict[str, Any], sign_in: Callable[..., Page]
) -> None:
    page = at_desk(centre, sign_in(agent, "narrow", "dark"), agent)
    call = telephony(centre, "ring", "--to", "14 0189").split()[0]
    expect(at_testid(page, "screen-pop")).to_contain_text("Nummer afgeschermd")
    assert axe_violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide"
    take_picture(page, "call-rings-narrow-dark")
    telephony(centre, "event", call, "abandoned")
    expect(page.get_by_test_id("screen-pop")).to_have_count(0)
    assert centre.query("select state from call where exchange_call = %s", call) == [("abandoned",)]
