"""Two questions are one, or one text holds two: an agent puts it right in a browser, and takes it back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid

# Two of one citizen, of earlier weeks: nothing else still happens to them, no job, no colleague, no other journey.
QUIET = (
    "select a.id, a.reference, w.body, a.status, b.id, b.reference from ticket a"
    " join ticket b on b.municipality_id = a.municipality_id and b.party_id = a.party_id and b.id > a.id"
    " join writing w on w.ticket_id = a.id and w.kind = 'question'"
    " join writing v on v.ticket_id = b.id and v.kind = 'question' and v.body <> w.body where a.municipality_id ="
    " (select id from municipality where name = 'Brielle') and a.status in ('answered', 'closed') and b.status = a.status"
    " and a.merged_into_id is null and b.merged_into_id is null and b.opened_at < now() - interval '7 days'"
    " and not exists (select from ticket_link l where a.id in (l.ticket_id, l.other_id) or b.id in (l.ticket_id, l.other_id))"
    " order by a.id limit 1"
)


def test_a_ticket_is_merged_and_split_and_both_are_taken_back(centre: Centre, sign_in: Callable[..., Page]) -> None:
    ((one, reference, words, status, other, into),) = centre.query(QUIET)
    agent = sign_in(centre.account("agent", "BRI"))
    merged, kept = f"/tickets/{one}", f"/tickets/{other}"

    agent.goto(merged)
    agent.locator('[data-testid="link-form"] input[name=reference]').fill(into)
    at_testid(agent, "ticket-merge").click()
    expect(agent.locator(".work-head")).to_contain_text(into)
    expect(at_testid(agent, "ticket-question")).to_contain_text(words.splitlines()[0])
    agent.goto(merged)
    expect(agent.locator("main")).to_contain_text("Deze vraag gaat verder als")
    agent.goto(kept)
    at_testid(agent, "undo-link").click()
    expect(agent.locator("[data-flashes]")).to_contain_text("ongedaan gemaakt")
    expect(at_testid(agent, "ticket-question")).not_to_contain_text(words.splitlines()[0])
    agent.goto(merged)
    expect(agent.locator("main")).not_to_contain_text("Deze vraag gaat verder als")
    expect(at_testid(agent, "ticket-question")).to_contain_text(words.splitlines()[0])

    at_testid(agent, "ticket-question").get_by_role("link", name="splitsen").click()
    agent.locator("textarea[name=body]").fill("En wanneer komt de container?")
    at_testid(agent, "split").click()
    expect(agent.locator(".work-head")).not_to_contain_text(reference)
    expect(agent.locator("main")).to_contain_text(f"afgesplitst van {reference}")
    expect(at_testid(agent, "ticket-question")).to_contain_text("En wanneer komt de container?")
    at_testid(agent, "undo-link").click()
    expect(agent.locator("[data-flashes]")).to_contain_text("ongedaan gemaakt")
    agent.goto(merged)
    expect(at_testid(agent, "ticket-question")).to_contain_text(words.splitlines()[0])
    ((now,),) = centre.query("select status from ticket where id = %s", one)
    assert now == status
