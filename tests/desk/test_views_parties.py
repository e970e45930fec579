"""Who is behind a question: parties looked up, added and shown within their municipality."""

from __future__ import annotations

from tests.desk.conversing import act, add_party, begin, fields, one, q, rows
from tests.support.page import Page
from tests.support.world import World


def test_a_party_is_added_found_by_name_phone_and_address_and_chosen(world: World) -> None:
    page = begin(world)
    add_party(page, "Jan van de Wouters", party_email="wouters@voorbeeld.example")
    act(page, "no_party", name="", number="")
    for found_by in (
        {"find_name": "wouters"},
        {"find_phone": "0187-654321"},
        {"find_email": "Wouters@Voorbeeld.example"},
        {"find_postcode": "4261ab", "find_house_number": "3"},
    ):
        page.post(f"{page.path}/parties", fields(page, **found_by))
        assert "Jan van de Wouters" in page.by_testid("choose-party").text
        page.get(page.path.removesuffix("/parties"))
    page.post(f"{page.path}/parties", fields(page, find_name="wouters", **q(notes="blijft")))
    assert page.by_testid("notes").text.strip() == "blijft"
    act(page, page.by_testid("choose-party")["value"])
    assert "Jan van de Wouters" in page.by_testid("party").text
    looks = [what for (what,) in rows(world, "select what from access_record order by at")]
    assert looks == ["party_search"] * 5 + ["party_open"]


def test_a_secret_address_is_never_shown(world: World) -> None:
    page = begin(world)
    assert "geheim" in add_party(page, "Stil", party_secret="1")
    assert "4261" not in page.text
    act(page, "no_party")
    page.post(f"{page.path}/parties", fields(page, find_postcode="4261AB"))
    assert not page.soup.select("[data-testid=choose-party]")


def test_a_bsn_is_asked_only_where_needed_kept_sealed_and_shown_for_a_reason(world: World) -> None:
    page = begin(world)
    add_party(page, "Bakker")
    act(page, "save", **q(topic="Grofvuil laten ophalen"))
    assert not page.soup.select("#bsn")
    act(page, "bsn", status=422, bsn="123456782")
    act(page, "save", **q(topic="Paspoort aanvragen"))
    act(page, "bsn", status=422, bsn="123456789")
    act(page, "bsn", bsn="123456782")
    assert page.by_testid("bsn").text == "•••••••82"
    stored = str(rows(world, "select * from party_identifier")) + str(rows(world, "select body from draft"))
    assert "123456782" not in stored
    url = page.path
    page.post(f"{url}/reveal", fields(page, reveal_reason=""))
    assert "123456782" not in page.text and "Geef een reden" in page.text
    page.post(f"{url}/reveal", fields(page, reveal_reason="adres wijzigen"))
    assert page.by_testid("bsn").text == "123456782"
    assert rows(world, "select reason from access_record where what = 'bsn_reveal'") == [("adres wijzigen",)]
    assert "123456782" not in str(rows(world, "select body from submission"))


def test_a_citizen_is_found_by_bsn_only_where_the_topic_needs_it(world: World) -> None:
    page = begin(world)
    add_party(page, "Bakker")
    act(page, "bsn", bsn="123456782", **q(topic="Paspoort aanvragen"))
    act(page, "no_party", name="", number="")
    url = page.path
    headers = {"HX-Request": "true"}
    page.post(f"{url}/bsn", fields(page, **q(topic="Grofvuil laten ophalen")), headers=headers)
    assert not page.soup.select("#find_bsn")
    page.post(f"{url}/parties", {**sent(page, url), "find_bsn": "123456782", **q(topic="Grofvuil laten ophalen")})
    assert "geen burgerservicenummer nodig" in page.text and not page.soup.select("[data-testid=choose-party]")
    page.post(f"{url}/bsn", {**sent(page, url), **q(topic="Paspoort aanvragen")}, headers=headers)
    assert page.soup.select("#find_bsn")
    page.post(f"{url}/parties", {**sent(page, url), "find_bsn": "123456789", **q(topic="Paspoort aanvragen")})
    assert "geen geldig burgerservicenummer" in page.text
    page.post(f"{url}/parties", {**sent(page, url), "find_bsn": "1234.56.782", **q(topic="Paspoort aanvragen")})
    assert "Bakker" in page.by_testid("choose-party").text
    assert rows(world, "select distinct reason from access_record where what = 'party_search'") == [("bsn",)]
    elsewhere = begin(world, town="Bergen")
    elsewhere.post(
        f"{elsewhere.path}/parties", fields(elsewhere, find_bsn="123456782", **q(topic="Paspoort aanvragen"))
    )
    assert "Niemand gevonden" in elsewhere.text


def sent(page: Page, url: str) -> dict[str, str]:
    """What a fresh page of this conversation would send."""
    return fields(page.get(url))


def test_a_party_of_another_town_does_not_exist(world: World) -> None:
    there = begin(world, town="Bergen")
    add_party(there, "Zeeman")
    party = one(world, "select id from party")
    here = begin(world)
    act(here, f"party:{party}", status=404)
    world.page("agent").get(f"/parties/{world.towns['Aalburg']}/{party}", status=404)
    world.page("agent_zuid").get(f"/parties/{world.towns['Bergen']}/{party}", status=404)
    world.page("agent").get(f"/parties/{world.towns['Bergen']}/{party}")
