"""A visitor takes a number at a tablet in the hall, without staff, and stands in the queue."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from playwright.sync_api import Browser, expect

from kcc.channels.rules_kiosk import secret_of
from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid
from tests.journeys.test_every_page import judge
from tests.journeys.test_mail import wait_for

WAITS = (
    "select q.topic_group from queue_number q join work_item w on w.subject_id = q.id and w.kind = 'counter'"
    " where q.letter || '-' || lpad(q.number::text, 3, '0') = %s and w.done_at is null and q.taken_at > now() - interval '5 minutes'"
    " and w.language = 'en'"
)


def test_a_visitor_takes_a_number_in_english_and_stands_in_the_queue(centre: Centre, browser: Browser) -> None:
    ((kiosk,),) = centre.query("select id from kiosk order by made_at limit 1")
    address = f"{centre.address}/zuil/{secret_of(b64decode(centre.environ['KCC_DATA_KEY']), kiosk)}"
    size: Any = {"width": 1280, "height": 800}
    with browser.new_context(viewport=size, locale="nl-NL", has_touch=True) as context:
        tablet = context.new_page()
        tablet.goto(address)
        tablet.wait_for_url("**/zuil")
        tablet.get_by_role("link", name="English").click()
        choice = at_testid(tablet, "kiosk-group")
        group = choice.inner_text()
        choice.tap()
        number = at_testid(tablet, "kiosk-number").inner_text()
        faults = judge(tablet, "kiosk-number")
        assert wait_for(lambda: centre.query(WAITS, number)) == [(group,)]
        at_testid(tablet, "kiosk-done").click()
        expect(tablet.get_by_role("heading", level=1)).to_have_text("Waar komt u voor?")
        faults += judge(tablet, "kiosk")
    assert not faults, "\n".join(faults)
