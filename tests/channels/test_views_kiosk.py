"""The kiosk in a hall: a tablet takes numbers for its own counter, and can do nothing else."""

from __future__ import annotations

import uuid

from kcc.channels.views_kiosk import cookie_name
from tests.channels.mails import work
from tests.channels.test_actions_counter import labels, make_counter, take
from tests.channels.test_actions_kiosk import make
from tests.support.page import Page
from tests.support.world import World


def tablet(world: World, secret: str) -> Page:
    """A browser in the hall, opened by the address that the administrator was given."""
    return world.page(None).get(f"/zuil/{secret}")


def press(page: Page, group: str = "groep", status: int = 200, key: str | None = None) -> Page:
    """Tap a button of the kiosk."""
    form = page.by_testid("kiosk-form")
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
    fields |= {"form_key": key} if key else {}
    return page.post(str(form["action"]), {**fields, "topic_group": group}, status=status)


def items(world: World) -> list[tuple[str, str, str]]:
    """What waits for agents because of the counter: group, language, state."""
    with world.admin() as admin:
        query = "select topic_group, language, state from work_item where kind = 'counter' order by since"
        return [tuple(row) for row in admin.execute(query)]


def test_a_visitor_takes_a_number_that_lands_in_the_queue_of_all_channels(world: World) -> None:
    entrance = make_counter(world)
    _kiosk, secret = make(world, entrance)
    page = tablet(world, secret)
    assert page.path == "/zuil" and "Gemeente Aalburg" in page.text and secret not in page.text
    press(page)
    assert page.by_testid("kiosk-number").text == "A-001" and "als eerste" in page.text
    assert 'href="/zuil"' in str(page.by_testid("kiosk-done"))
    work()
    assert items(world) == [("groep", "nl", "waiting")]
    take(world, entrance)
    assert labels(world, entrance) == [("A-001", "waiting"), ("A-002", "waiting")]


def test_a_second_tap_is_the_same_number_and_goes_in_the_queue_once(world: World) -> None:
    entrance = make_counter(world)
    _kiosk, secret = make(world, entrance)
    key = str(uuid.uuid4())
    for _tap in range(2):
        press(tablet(world, secret), key=key)
        work()
    assert labels(world, entrance) == [("A-001", "waiting")] and len(items(world)) == 1


def test_it_speaks_english_and_an_agent_who_does_is_sought(world: World) -> None:
    _kiosk, secret = make(world, make_counter(world))
    page = tablet(world, secret).get("/zuil?taal=en")
    assert "What are you here for?" in page.text
    press(page, group="")
    assert "Your number" in page.text
    work()
    assert items(world) == [("", "en", "waiting")]


def test_the_wait_is_said_when_the_pace_of_the_hour_tells_it(world: World) -> None:
    entrance = make_counter(world)
    _kiosk, secret = make(world, entrance)
    for _one in range(4):
        take(world, entrance)
    with world.admin() as admin:
        admin.execute("update queue_number set state = 'done', first_called_at = now() where number <= 3")
    page = press(tablet(world, secret))
    assert "1 bezoeker is eerder dan u" in page.text and "hooguit 40 minuten" in page.text


def test_it_goes_back_by_itself_unless_asked_to_stay(world: World) -> None:
    _kiosk, secret = make(world, make_counter(world))
    page = press(tablet(world, secret))
    refresh = '<noscript><meta http-equiv="refresh" content="20; url=/zuil"></noscript>'
    assert refresh in page.text and page.soup.select_one('main[data-kiosk-home="/zuil"][data-kiosk-after]') is not None
    page.get(page.path + "?taal=nl&blijf=1")
    assert "refresh" not in page.text and page.soup.select_one("[data-kiosk-after]") is None


def test_what_the_town_does_not_have_is_refused_and_nothing_is_taken(world: World) -> None:
    entrance = make_counter(world)
    _kiosk, secret = make(world, entrance)
    for group in ("verzonnen", "groep\0", "g" * 5000):
        assert "Kies opnieuw" in press(tablet(world, secret), group=group, status=422).text
    press(tablet(world, secret), key="geen-sleutel", status=422)
    assert labels(world, entrance) == []


def test_a_tablet_that_is_pressed_all_the_time_is_told_to_ask_somebody(world: World) -> None:
    entrance = make_counter(world)
    _kiosk, secret = make(world, entrance)
    page = tablet(world, secret)
    for _tap in range(40):
        take(world, entrance)
    assert "Ga naar een medewerker" in press(page, status=429).text
    assert len(labels(world, entrance)) == 40


def test_a_withdrawn_tablet_and_a_stranger_get_no_number_and_see_none(world: World) -> None:
    entrance = make_counter(world)
    kiosk, secret = make(world, entrance)
    page = press(tablet(world, secret))
    shown = page.path
    settings = world.page("administrator").get("/setup/counters")
    settings.submit(f'form[action="/setup/kiosks/{kiosk}/withdraw"]')
    assert "geeft geen nummers meer" in settings.text
    page.get(shown, status=404)
    page.get("/zuil", status=404)
    assert "niet in gebruik" in page.text
    stranger = world.page(None)
    stranger.get("/zuil", status=404).get(f"/zuil/{secret}", status=404).get(shown, status=404)
    assert labels(world, entrance) == [("A-001", "waiting")]


def test_a_tablet_sees_no_number_of_another_counter_and_takes_none_over(world: World) -> None:
    here, there = make_counter(world), make_counter(world, "Cadzand")
    _kiosk, secret = make(world, here)
    other = take(world, there, person="agent_cadzand")
    page = tablet(world, secret)
    page.get(f"/zuil/nummer/{other}", status=404)
    page.get("/zuil")
    press(page, key=str(other), status=404)
    assert labels(world, here) == [] and len(labels(world, there)) == 1


def test_its_address_is_made_on_the_set_up_page_and_refused_without_a_place(world: World) -> None:
    entrance = make_counter(world)
    page = world.page("administrator").get("/setup/counters")
    where = f'form[action="/setup/counters/{entrance}"]'
    page.submit(where, status=422, place="")
    assert "Vul in waar de zuil staat" in page.text
    page.submit(where, place="Hal, bij de ingang")
    address = str(page.by_testid("kiosk-address")["href"])
    assert tablet(world, address.rpartition("/")[2]).path == "/zuil"
    world.page("agent").get("/setup/counters", status=403)


def test_the_cookie_is_of_this_host_alone_when_there_is_tls(world: World) -> None:
    _kiosk, secret = make(world, make_counter(world))
    with world.app.test_request_context():
        assert cookie_name() == "kcc_kiosk"
    answer = world.app.test_client().get(f"/zuil/{secret}")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("kcc_kiosk=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
