"""The telephone page of supervisors, and whose telephone is whose."""

from __future__ import annotations

import pytest

from tests.channels.exchange import Exchange, make_exchange
from tests.support.world import World


@pytest.fixture
def exchange(world: World) -> Exchange:
    """The exchange of the north."""
    return make_exchange(world)


def test_a_call_that_led_nowhere_stands_there_until_somebody_has_seen_to_it(world: World, exchange: Exchange) -> None:
    exchange.event("x", "ringing", to="0900 1234")
    page = world.page("supervisor").get("/telephony")
    assert "0900 1234" in page.by_testid("strays").text or "09001234" in page.by_testid("strays").text.replace(" ", "")
    page.submit("form[action$='/seen']")
    assert not page.soup.select('[data-testid="strays"]')


def test_another_centre_sees_nothing_of_it(world: World, exchange: Exchange) -> None:
    exchange.event("x", "ringing", to="0900 1234")
    with world.admin() as admin:
        row = admin.execute("select id from stray_call").fetchone()
        assert row is not None
        admin.execute(
            "insert into membership (id, municipality_id, account_id, role, valid_from) values (gen_random_uuid(), %s, %s, 'supervisor', '2011-01-01')",
            (world.towns["Drunen"], world.people["agent_zuid"]),
        )
    page = world.page("agent_zuid").get("/telephony")
    assert not page.soup.select('[data-testid="strays"]')
    token = page.soup.select_one("input[name=csrf_token]")
    sent = {"form_key": str(row[0]), "csrf_token": token["value"] if token else ""}
    page.post(f"/telephony/stray/{row[0]}/seen", sent, status=404)


def test_a_telephone_is_of_one_agent_however_it_is_written(world: World) -> None:
    page = world.page("supervisor").get("/telephony")
    forms = page.soup.select("form.phone-form")
    assert len(forms) >= 3
    first, second = (str(form.select_one("input[name=account]")["value"]) for form in forms[:2])  # type: ignore[index]
    page.submit(f"form.phone-form:has(input[value='{first}'])", address="sip:1001@10.0.0.5")
    assert "Toestel bewaard" in page.text
    page.submit(f"form.phone-form:has(input[value='{second}'])", address="1001", status=422)
    assert "al van een collega" in page.text and 'value="1001"' in page.text
    page.submit(f"form.phone-form:has(input[value='{first}'])", address="")
    with world.admin() as admin:
        assert admin.execute("select count(*) from agent_phone").fetchone() == (0,)


@pytest.mark.parametrize("address", ["10 01", "x" * 201, "sip:@centrale"])
def test_what_is_no_telephone_is_refused_with_what_was_typed(world: World, address: str) -> None:
    page = world.page("supervisor").get("/telephony").submit("form.phone-form", address=address, status=422)
    assert page.soup.select(".phones [role=alert]")
    assert address in page.text


def test_figures_of_today_add_up(world: World, exchange: Exchange) -> None:
    for number, end in enumerate(("abandoned", "answered", "")):
        call = f"c{number}"
        with world.admin() as admin:
            row = admin.execute("select address from entrance where id = %s", (world.entrances["Bergen"],)).fetchone()
        assert row is not None
        exchange.post("/events", call=call, event="ringing", to=row[0])
        if end:
            exchange.post("/events", call=call, event=end)
    page = world.page("supervisor").get("/telephony")
    line = next(tr for tr in page.by_testid("calls-today").select("tbody tr") if "Bergen" in tr.text)
    counts = {str(td["data-label"]): td.text.split()[0] for td in line.select("td[data-label]")}
    offered = sum(
        int(counts[name]) for name in ("Beantwoord", "Afgehaakt", "Terugbellen", "Wachtend nu", "Zonder einde")
    )
    assert offered + int(counts["Buiten openingstijd"]) == 3
    assert offered == int(counts["Aangeboden"])
