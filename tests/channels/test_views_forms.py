"""The pages behind the form: judging what is doubtful, and how a form looks."""

from __future__ import annotations

import pytest

from tests.channels.citizens import open_form, receipt, send, ticket_of, work
from tests.support.world import World


def doubtful(world: World, text: str = "Koop nu!") -> str:
    reference, _code = receipt(send(world, open_form(world), website="x", question=text))
    work(world)
    return reference


@pytest.mark.parametrize("person", ["agent", "supervisor"])
def test_a_doubtful_form_is_seen_with_why_and_becomes_a_question(world: World, person: str) -> None:
    reference = doubtful(world)
    page = world.page(person).get("/forms/")
    assert "Koop nu!" in page.text and "een veld dat mensen niet zien" in page.text
    page.submit('form[action$="/release"]')
    assert f"in de wachtrij als {reference}" in page.text
    world.page("agent").get(f"/tickets/{ticket_of(world, reference)}")


def test_it_can_be_put_aside_and_found_again(world: World) -> None:
    doubtful(world)
    page = world.page("agent").get("/forms/")
    page.submit('form[action$="/discard"]')
    assert "Niets te beoordelen" in page.text
    page.get("/forms/?weg=1")
    assert "Koop nu!" in page.text
    page.submit('form[action$="/release"]')
    assert "in de wachtrij" in page.text


def test_who_comes_second_is_told(world: World) -> None:
    doubtful(world)
    first, second = world.page("agent").get("/forms/"), world.page("supervisor").get("/forms/")
    first.submit('form[action$="/discard"]')
    second.submit('form[action$="/discard"]')
    assert "al beoordeeld" in second.text


def test_looking_leaves_evidence(world: World) -> None:
    doubtful(world)
    world.page("agent").get("/forms/")
    with world.admin() as admin:
        assert admin.execute("select what, municipality_id from access_record").fetchall() == [
            ("form_open", world.towns["Aalburg"])
        ]


def test_what_hangs_is_told(world: World) -> None:
    send(world, open_form(world))
    with world.admin() as admin:
        admin.execute("update received_form set received_at = received_at - interval '3 minutes'")
    assert "Er blijft iets hangen" in world.page("agent").get("/forms/").text


def test_a_long_list_has_pages(world: World) -> None:
    form = open_form(world)
    with world.admin() as admin:
        admin.execute(
            "insert into received_form (id, municipality_id, entrance_id, kind, key, digest, received_at, body, doubts, address_hash, state)"
            " select gen_random_uuid(), %s, %s, 'question', gen_random_uuid(), 'x', now() + n * interval '1 second', jsonb_build_object('question', 'nummer ' || n), '{trap}', 'x', 'quarantine' from generate_series(1, 30) n",
            (world.towns["Aalburg"], int(form.split("-")[0])),
        )
    page = world.page("agent").get("/forms/")
    assert len(page.soup.select('[data-testid="held-form"]')) == 25
    following = page.soup.select_one('a[rel="next"]')
    assert following is not None
    assert len(page.get(str(following["href"])).soup.select('[data-testid="held-form"]')) == 5
    page.get("/forms/?after=onzin")


@pytest.mark.parametrize("person", ["handler", "editor", "administrator", "contract_manager", "privacy_officer"])
def test_it_is_for_agents_and_their_supervisors(world: World, person: str) -> None:
    world.page(person).get("/forms/", status=403)


def test_an_administrator_gives_a_form_its_words_and_sites(world: World) -> None:
    form = open_form(world)
    page = world.page("administrator").get("/setup/forms")
    assert f"/formulier/{form}" in page.text
    page.get(f"/setup/forms/{form.split('-')[0]}")
    page.submit(title_nl="Vraag het ons", title_en="Ask us", sites="https://www.aalburg.example")
    shown = world.page(None).get(f"/formulier/{form}?taal=en")
    assert "Ask us" in shown.text
    assert "https://www.aalburg.example" in shown.response.headers["Content-Security-Policy"]  # type: ignore[union-attr]
    assert "Vraag het ons" in world.page("administrator").get(f"/setup/forms/{form.split('-')[0]}").text


def test_what_a_form_says_has_a_history_and_no_old_page_is_saved_over_it(world: World) -> None:
    number = open_form(world).split("-")[0]
    first = world.page("administrator").get(f"/setup/forms/{number}")
    second = world.page("administrator").get(f"/setup/forms/{number}")
    first.submit(title_nl="Vraag het ons")
    second.submit(title_nl="Stel uw vraag", status=422)
    assert "Vraag het ons" in second.by_testid("clash").text
    second.submit(button="over", title_nl="Stel uw vraag")
    changes = world.page("administrator").get(f"/setup/towns/{world.towns['Aalburg']}/changes?kind=web_form")
    said = [each.text for each in changes.soup.select("[data-testid=setup-change] dd")]
    assert [text.split() for text in said] == ["Vraag het ons Stel uw vraag".split(), "Vraag het ons".split()]
    changes.submit("[data-testid=setup-change] form")
    assert "Vraag het ons" in world.page("administrator").get(f"/setup/forms/{number}").text


def test_a_wrong_site_is_told_at_its_field(world: World) -> None:
    form = open_form(world)
    page = world.page("administrator").get(f"/setup/forms/{form.split('-')[0]}")
    page.submit(sites="http://aalburg.example", status=422)
    assert page.soup.select_one("#sites-error") is not None and "http://aalburg.example" in page.text


def test_another_town_s_form_and_other_entrances_are_not_there(world: World) -> None:
    for number in (open_form(world, "Bergen").split("-")[0], world.entrances["Aalburg"], 999_999):
        world.page("administrator").get(f"/setup/forms/{number}", status=404)
