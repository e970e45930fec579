"""In real browsers: two agents reach for one piece of work, and what rings is taken by key."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre
from tests.journeys.test_call_rings import alone_at_work, open_all_hours, telephony


@pytest.fixture
def returned(centre: Centre) -> Iterator[uuid.UUID]:
    """A question of Brielle that came back and waits for whoever picks it up."""
    item = uuid.uuid4()
    with psycopg.connect(centre.admin_url) as admin:
        admin.execute(
            "insert into work_item (id, municipality_id, kind, channel, subject_id, ticket_id, topic_group, language, state, priority_class,"
            " since, due_at, boost_seconds, in_profile, cost, interruptions)"
            " select %s, t.municipality_id, 'returned_task', t.channel, %s, t.id, '', 'nl', 'waiting', 4,"
            " now() - interval '90 days', now() - interval '80 days', 0, true, 34, 0"
            " from ticket t join municipality m on m.id = t.municipality_id where m.short_code = 'BRI' limit 1",
            (item, uuid.uuid4()),
        )
    yield item
    with psycopg.connect(centre.admin_url) as admin:
        admin.execute("delete from work_item where id = %s", (item,))


def without_live(page: Page) -> Page:
    """Hold back what would take the button from under a hand: the stream, and the list that fetches itself."""
    page.route(re.compile("/(live|queue/list)"), lambda route: route.abort())
    page.goto("/queue/")
    return page


def test_of_two_agents_who_reach_for_one_item_one_gets_it_and_the_other_hears_who(
    centre: Centre, returned: uuid.UUID, sign_in: Callable[..., Page]
) -> None:
    agents = [each for each in centre.accounts if each["role"] == "agent" and "BRI" in each["municipalities"]][:2]
    pages = [without_live(sign_in(agent)) for agent in agents]
    button = f'form[action*="{returned}/claim"] button'
    for page in pages:
        expect(page.locator(button)).to_be_visible()
    at = pages[0].evaluate("Date.now() + 300")
    for page in pages:
        page.evaluate(
            "([button, at]) => setTimeout(() => document.querySelector(button).click(), at - Date.now())", [button, at]
        )
    for page in pages:
        expect(page.locator(button)).to_have_count(0)
    ((owner,),) = centre.query(
        "select a.email from work_item w join account a on a.id = w.account_id where w.id = %s", returned
    )
    won, lost = sorted(zip(agents, pages, strict=True), key=lambda pair: pair[0]["email"] != owner)
    expect(won[1]).to_have_url(re.compile("/tickets/"))
    expect(lost[1].get_by_text(f"{won[0]['name']} was u voor: deze vraag is al opgepakt.")).to_be_visible()
    assert centre.query("select count(*) from work_item where id = %s and state = 'taken'", returned) == [(1,)]
    trace = "select count(*) from routing_decision where item_id = %s and way = 'by_hand'"
    assert centre.query(trace, returned) == [(1,)]


def test_what_rings_is_taken_by_key_within_its_twenty_seconds(centre: Centre, sign_in: Callable[..., Page]) -> None:
    account: dict[str, Any] = centre.account("agent", "BRI")
    open_all_hours(centre)
    page = sign_in(account)
    alone_at_work(centre, account["email"])
    page.goto("/tickets/")
    call = telephony(centre, "ring", "--to", "14 0189", "--from", "0612340000").split()[0]
    offer = page.get_by_test_id("offer")
    expect(offer).to_contain_text("Brielle")
    left = page.evaluate(
        "(Date.parse(document.querySelector('[data-offer-until]').dataset.offerUntil) - Date.now()) / 1000"
    )
    assert left <= 20
    page.keyboard.press("Alt+J")
    page.wait_for_url("**/desk/*-*")
    expect(page.get_by_test_id("town")).to_contain_text("Brielle")
    taken = "select w.state from work_item w join call c on c.id = w.subject_id where c.exchange_call = %s"
    assert centre.query(taken, call) == [("taken",)]
    telephony(centre, "event", call, "hung_up")


def test_a_list_that_looks_again_by_itself_does_not_count_as_using_the_session(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(centre.account("agent", "BRI"))
    page.goto("/queue/")
    for cause in ("kcc:queue", "kcc:sync"):
        with page.expect_request("**/queue/list*") as asked:
            page.evaluate("(cause) => document.body.dispatchEvent(new CustomEvent(cause))", cause)
        assert asked.value.headers.get("x-kcc-background") == "1"
    page.evaluate(
        "document.querySelector('[data-testid=queue]').setAttribute('hx-trigger', 'every 100ms'); htmx.process(document.querySelector('[data-testid=queue]'))"
    )
    with page.expect_request("**/queue/list*") as asked:
        page.wait_for_timeout(150)
    assert asked.value.headers.get("x-kcc-background") == "1"
    page.goto("/tickets/")
    with page.expect_request(
        lambda request: request.headers.get("hx-request") == "true" and "background" not in str(request.headers)
    ):
        page.evaluate(
            "(() => { const b = document.createElement('button'); b.setAttribute('hx-get', '/queue/list'); b.textContent = 'x';"
            " document.querySelector('main').prepend(b); htmx.process(b); b.click(); })()"
        )


def test_the_bar_of_a_supervisor_stays_on_one_line(centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account("supervisor"))
    page.goto("/queue/supervise")
    tops = page.locator("nav.nav--wide a").evaluate_all("links => [...new Set(links.map(a => a.offsetTop))]")
    assert len(tops) == 1
