"""Who manages people sees their own, makes accounts, and takes over a file."""

from __future__ import annotations

import io

from tests.support.world import World


def test_the_list_shows_who_works_for_ones_own_towns_and_nobody_else(world: World) -> None:
    page = world.page("administrator").get("/setup/people")
    names = page.by_testid("people").get_text()
    assert "Two Hats" in names and "Handler Afval" in names
    assert "Agent Cadzand" not in names and "Agent Zuid" not in names
    page.get("/setup/people?role=supervisor")
    assert "Supervisor Aalburg" in page.text and "Handler Afval" not in page.text
    page.get("/setup/people?gone=1")
    assert "Niemand gevonden" in page.text


def test_people_are_found_by_a_part_of_a_name_that_stands_in_no_address(world: World) -> None:
    page = world.page("administrator").get("/setup/people").submit('form[role="search"]', text="afval")
    assert "Handler Afval" in page.text and "Coordinator" not in page.by_testid("people").get_text()
    assert "afval" not in page.path


def test_an_account_is_made_by_hand_with_a_role_and_an_invitation(world: World) -> None:
    page = world.page("administrator").get("/setup/people/new")
    page.submit(name="Nina Nieuw", email="N.Nieuw@kcc.example", role="editor")
    assert "Nina Nieuw" in page.text and "n.nieuw@kcc.example" in page.text and "Redacteur" in page.text
    assert "de mail is nog niet weg" in page.text
    with world.admin() as admin:
        names = admin.execute("select name from job where name = 'people.invite'").fetchall()
    assert len(names) == 1


def test_an_address_that_several_people_read_gets_no_account(world: World) -> None:
    page = world.page("administrator").get("/setup/people/new")
    page.submit(name="De balie", email="balie2@kcc.example", role="agent", status=422)
    assert "meer mensen lezen" in page.text and 'value="De balie"' in page.text


def test_an_address_in_use_in_another_centre_is_refused_without_saying_why(world: World) -> None:
    page = world.page("administrator").get("/setup/people/new")
    page.submit(name="Iemand", email="agent_zuid@kcc.example", role="agent", status=422)
    assert "kan hier niet worden gebruikt" in page.text and "Agent Zuid" not in page.text


def test_a_colleague_of_another_town_of_the_centre_gets_the_role_besides(world: World) -> None:
    page = world.page("administrator").get("/setup/people/new")
    page.submit(name="Iemand", email="agent_cadzand@kcc.example", role="agent")
    assert "had al een account" in page.text and "Agent Cadzand" in page.text


def test_a_file_is_tried_first_then_taken_over_and_may_be_repeated(world: World) -> None:
    text = (
        "naam,email,rol,gemeente,vanaf,tot_en_met\r\n"
        "Piet Plan,p.plan@kcc.example,behandelaar,Aalburg,,31-12-2099\r\n"
        "Info,info@kcc.example,medewerker,Aalburg,,\r\n"
        "Bert Buiten,b.buiten@kcc.example,medewerker,Bergen,,\r\n"
        "Wie Dan,w.dan@kcc.example,tovenaar,AAL,,\r\n"
    )

    def send(do: str) -> str:
        page.get("/setup/people/import")
        page.submit('form[enctype="multipart/form-data"]', do=do, file=(io.BytesIO(text.encode()), "mensen.csv"))
        return page.by_testid("people-imported").get_text(" ", strip=True)

    page = world.page("administrator")
    tried = send("try")
    assert "Nieuwe accounts 1" in tried and "Geweigerd 3" in tried and "Deze rol bestaat niet" in tried
    page.get("/setup/people?role=handler")
    assert "Piet Plan" not in page.text
    assert "Nieuwe accounts 1" in send("import")
    page.get("/setup/people?role=handler")
    assert "Piet Plan" in page.text
    again = send("import")
    assert "Nieuwe accounts 0" in again and "Stond er al 1" in again
