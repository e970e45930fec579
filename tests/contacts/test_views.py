"""The list of tickets: its filters and pages, its search, and the views people keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.tickets import make_ticket, reference_of
from tests.support.world import World

NOW = datetime.now(UTC)


def shown(page: object) -> list[str]:
    return [link.text for link in page.soup.select("table a.utrecht-link")]  # type: ignore[attr-defined]


def search(world: World, person: str, text: str, status: int = 200) -> object:
    return world.page(person).get("/tickets/").submit("form[role=search]", q=text, status=status)


def test_an_empty_list_says_what_to_do_next(world: World) -> None:
    assert "Geen open vragen" in world.page("agent").get("/tickets/").text
    assert "Geen vragen met dit filter" in world.page("agent").get("/tickets/?overdue=1").text


def test_the_first_term_stands_first_and_says_how_late_it_is(world: World) -> None:
    late = make_ticket(world, due_at=NOW - timedelta(days=1), town="Bergen")
    soon = make_ticket(world, due_at=NOW + timedelta(minutes=30))
    never = make_ticket(world)
    page = world.page("agent").get("/tickets/")
    assert shown(page) == [reference_of(world, one) for one in (late, soon, never)]
    assert "1 dag te laat" in page.text and "due--soon" in page.text


def test_filters_stand_in_the_url_and_hold_no_more_than_ids(world: World) -> None:
    urgent = make_ticket(world, priority=1, due_at=NOW - timedelta(hours=1))
    elsewhere = make_ticket(world, town="Bergen", topic="grofvuil")
    answered = make_ticket(world, status="answered")
    page = world.page("agent")
    assert shown(page.get("/tickets/?priority=1")) == [reference_of(world, urgent)]
    assert shown(page.get(f"/tickets/?town={world.towns['Bergen']}")) == [reference_of(world, elsewhere)]
    assert shown(page.get("/tickets/?show=answered&sort=newest")) == [reference_of(world, answered)]
    assert shown(page.get("/tickets/?overdue=1")) == [reference_of(world, urgent)]
    assert shown(page.get("/tickets/?mine=1&channel=letter")) == []
    assert len(shown(page.get(f"/tickets/?show=all&group={world.topics['noord', 'paspoort']}"))) == 3
    assert len(shown(page.get("/tickets/?show=all&today=1&sort=newest"))) == 3


@pytest.mark.parametrize(
    "query", ["show=x", "town=999999", "town=-1", "priority=9", "after=%00", "after=WyJ4Il0", "group=²", "status='"]
)
def test_a_broken_url_is_as_good_as_none(world: World, query: str) -> None:
    make_ticket(world)
    assert len(shown(world.page("agent").get(f"/tickets/?{query}"))) == 1


@pytest.mark.parametrize("query", ["", "show=all&sort=newest"])
def test_pages_follow_on_without_gap_or_double(world: World, query: str) -> None:
    for number in range(28):
        due = None if number % 7 == 0 else NOW + timedelta(hours=number % 3)
        make_ticket(
            world, town=("Aalburg", "Bergen")[number % 2], due_at=due, opened_at=NOW - timedelta(hours=number % 5)
        )
    page = world.page("agent").get(f"/tickets/?{query}")
    first = shown(page)
    following = page.soup.select_one("a[rel=next]")
    assert following is not None and len(first) == 25
    second = shown(page.get(str(following["href"])))
    assert len(second) == 3 and len({*first, *second}) == 28


def test_a_back_office_worker_sees_tickets_of_own_departments(world: World) -> None:
    ours = make_ticket(world, department="burgerzaken", question="Ons werk")
    make_ticket(world, department="afval", question="Hun werk")
    page = world.page("handler").get("/tickets/")
    assert shown(page) == [reference_of(world, ours)]
    assert shown(search(world, "handler", "werk")) == [reference_of(world, ours)]
    assert len(shown(search(world, "agent", "werk"))) == 2


def test_who_may_not_read_tickets_is_refused(world: World) -> None:
    world.page("contract_manager").get("/tickets/", status=403)
    world.page("editor").get("/tickets/", status=403)


def test_a_reference_leads_straight_to_its_ticket(world: World) -> None:
    ticket = make_ticket(world)
    typed = reference_of(world, ticket).replace("-", " ").lower()
    page = search(world, "agent", typed)
    assert page.path == f"/tickets/{ticket}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "vergunning parkeren",
        "parkeervergunning",
        "Jansen",
        "jansen vraag",
        "06-1234 5678",
        "+31 6 12345678",
        "061234",
        "VERGÚNNING",
    ],
)
def test_words_names_and_numbers_find_a_ticket_without_standing_in_a_url(world: World, text: str) -> None:
    wanted = make_ticket(
        world, question="Een vraag over mijn parkeervergunning", name="Ans Jansen", number="06 12345678",
    )  # fmt: skip
    make_ticket(world, question="Mijn container is stuk")
    page = search(world, "agent", text)
    assert shown(page) == [reference_of(world, wanted)]
    assert page.path == "/tickets/search"  # type: ignore[attr-defined]
    assert page.soup.select_one("#ticket-search")["value"] == text  # type: ignore[attr-defined]


def test_a_search_finds_nothing_of_towns_out_of_sight(world: World) -> None:
    make_ticket(world, town="Cadzand", person="agent_cadzand", question="Iets met tuinbonen")
    make_ticket(world, town="Drunen", person="agent_zuid", question="Iets met tuinbonen")
    assert "Niets gevonden" in search(world, "agent", "tuinbonen").text  # type: ignore[attr-defined]


def test_a_search_shows_newest_first_and_goes_on(world: World) -> None:
    made = [make_ticket(world, question="Over tuinbonen", opened_at=NOW - timedelta(minutes=n)) for n in range(27)]
    page = search(world, "agent", "tuinbonen")
    assert shown(page) == [reference_of(world, one) for one in made[:25]]
    page.submit("[data-testid=search-next]")  # type: ignore[attr-defined]
    assert shown(page) == [reference_of(world, one) for one in made[25:]]


@pytest.mark.parametrize("text", ["' or 1=1 --", "a & | !", "(((", "\\", ":*", "de het een", "🙂", "x:y<->z"])
def test_whatever_is_typed_the_search_survives(world: World, text: str) -> None:
    make_ticket(world)
    search(world, "agent", text)


@pytest.mark.parametrize("text", ["", "x" * 201])
def test_a_search_for_nothing_or_too_much_is_refused_at_its_field(world: World, text: str) -> None:
    page = search(world, "agent", text, status=422)
    assert page.soup.select_one("#ticket-search-error") is not None  # type: ignore[attr-defined]


def test_a_view_is_kept_renamed_and_thrown_away(world: World) -> None:
    page = world.page("agent").get("/tickets/?overdue=1&priority=1")
    page.submit("[data-testid=save-view]", name="Brand")
    assert page.soup.select_one(".chip[aria-current]").text == "Brand"
    page.get("/tickets/views").submit("[data-testid=change-view]", button="rename", name="Haast")
    assert "Haast" in page.get("/tickets/").text
    page.get("/tickets/views").submit("[data-testid=change-view]", button="delete")
    assert "Haast" not in page.get("/tickets/").text


def test_a_view_needs_a_name_of_its_own(world: World) -> None:
    page = world.page("agent").get("/tickets/?mine=1").submit("[data-testid=save-view]", name="Van mij")
    page.get("/tickets/").submit("[data-testid=save-view]", name="van MIJ", status=422)
    assert "al een weergave met deze naam" in page.text
    page.get("/tickets/").submit("[data-testid=save-view]", name="x" * 61, status=422)
    page.get("/tickets/").submit("[data-testid=save-view]", name="  ", status=422)


def test_views_belong_to_ones_own_account(world: World) -> None:
    mine = world.page("agent").get("/tickets/?mine=1").submit("[data-testid=save-view]", name="Van mij")
    action = mine.get("/tickets/views").soup.select_one("[data-testid=change-view]")["action"]
    other = world.page("supervisor")
    assert "Van mij" not in other.get("/tickets/").text
    other.get("/tickets/?mine=1").submit("[data-testid=save-view]", name="Eigen")
    form = other.get("/tickets/views").soup.select_one("[data-testid=change-view]")
    values = {field["name"]: field["value"] for field in form.select("input")}
    other.post(str(action), {**values, "name": "Gekaapt", "do": "rename"}, status=404)
    other.get("/tickets/views").post(str(action), {**values, "do": "delete"}, status=404)
    assert "Van mij" in mine.get("/tickets/").text
