"""The pages of imports, as an administrator walks through them."""

from __future__ import annotations

import io
import re
import uuid

from tests.imports.files import HISTORY, POSTCODES, PRODUCTS, amount, begin, bring, work
from tests.support.page import Page
from tests.support.world import World


def test_a_file_is_brought_mapped_tried_taken_over_and_undone(world: World) -> None:
    page = world.page("administrator").get("/imports/").get("/imports/new?kind=upl")
    page.submit("main form", file=(io.BytesIO(PRODUCTS.replace("URI", "Adres").encode()), "lijst.csv"))
    assert page.path.endswith("/columns") and "verplicht" in page.text
    page.submit("main form", column_uri="", status=422)
    assert "Kies hier een kolom." in page.text
    page.submit("main form", column_uri="Adres")
    page.submit('form[action$="/try"]')
    assert "De regels worden gelezen" in page.text
    address = page.path
    assert page.get(address, fragment=True).soup.select_one("[hx-trigger]")
    work(world)
    page.get(address)
    assert "Dit was een proef" in page.text and page.by_testid("added").text.split()[-1] == "1"
    assert amount(world, "product") == 0
    page.submit('form[action$="/start"]')
    work(world)
    assert page.get(address).by_testid("import-run")["data-state"] == "done" and amount(world, "product") == 1
    page.submit('form[action$="/undo"]')
    work(world)
    assert "Verwijderd: 1." in page.get(address).text and amount(world, "product") == 0
    assert "teruggedraaid" in page.get("/imports/").text


def test_a_broken_file_is_refused_at_its_field_with_the_line(world: World) -> None:
    page = world.page("administrator").get("/imports/new?kind=rsin")
    page.submit("main form", file=(io.BytesIO(b'gemeenteCode,rsin\n"0501,1\n'), "x.csv"), status=422)
    assert "Een aanhalingsteken staat verkeerd. Regel 2." in page.text
    assert page.soup.select_one('select[name=kind] option[selected][value="rsin"]')
    page.submit("main form", status=422)
    assert "Kies een bestand." in page.text


def test_what_was_refused_is_listed_and_downloaded_without_what_stood_there(world: World) -> None:
    rows = "".join(f"geheim{n},javascript:geheim\n" for n in range(60))
    run_id = bring(world, "upl", "UniformeProductnaam,URI\n" + rows)
    begin(world, run_id, dry_run=True)
    page = world.page("administrator").get(f"/imports/{run_id}")
    assert "Dit is geen webadres." in page.text and "geheim" not in page.text
    page.get(f"/imports/{run_id}/refusals")
    assert len(page.soup.select("tbody tr")) == 50
    page.get(str(page.soup.select_one('a[rel="next"]')["href"]))  # type: ignore[index]
    assert len(page.soup.select("tbody tr")) == 10
    text = page.get(f"/imports/{run_id}/refusals.csv").text
    assert text.count("no_url") == 60 and "geheim" not in text
    assert page.get(f"/imports/{run_id}/refusals?after=zz").soup.select("tbody tr")


def test_what_is_over_cannot_be_done_again_and_says_so(world: World) -> None:
    run_id = bring(world, "upl", PRODUCTS)
    page = world.page("administrator").get(f"/imports/{run_id}")
    form = dict.fromkeys(("csrf_token",), _token(page))
    for act, words in (("stop", "niet bezig"), ("undo", "niets om terug te draaien")):
        page.post(f"/imports/{run_id}/{act}", {**form, "form_key": _key(page)})
        assert words in page.text


def test_a_postcode_tells_its_town_on_a_day(world: World) -> None:
    for kind, text in (
        ("municipality_history", HISTORY),
        ("municipalities", "gemcode,naam\nGM1992,Voorne aan Zee\n"),
        ("postcodes", POSTCODES),
    ):
        begin(world, bring(world, kind, text))
    page = world.page("administrator").get("/imports/postcode")
    page.submit("main form", postcode="3231 ge", on="2022-12-31")
    assert "Brielle" in page.by_testid("postcode-town").text
    page.submit("main form", postcode="3231", on="2023-01-01")
    assert "Voorne aan Zee" in page.by_testid("postcode-town").text
    page.submit("main form", postcode="3214", on="2014-12-31")
    assert "Bernisse" in page.by_testid("postcode-town").text and "Niet zeker" in page.text
    assert "staat niet in de lijst" in page.submit("main form", postcode="1000", on="2014-12-31").text
    page.submit("main form", postcode="brie", status=422)
    assert "vier cijfers" in page.text
    page.submit("main form", postcode="3231", on="geen dag", status=422)


def test_a_successor_is_proposed_and_an_administrator_takes_it_over(world: World) -> None:
    page = world.page("administrator").get("/imports/successors")
    assert "Geen opvolgers" in page.text
    with world.admin() as admin:
        admin.execute("update municipality set cbs_code = '0282' where name = 'Aalburg'")
        admin.execute("update municipality set cbs_code = '0265' where name = 'Bergen'")
    begin(world, bring(world, "municipality_history", HISTORY))
    page.get("/imports/successors")
    assert "Berg en Dal" in page.text and "Bergen" not in page.text
    form = {"csrf_token": _token(page), "form_key": _key(page)}
    page.submit("main form")
    assert "overgenomen" in page.text and amount(world, "municipality_successor") == 1
    page.post(f"/imports/successors/{world.towns['Bergen']}/1945", {**form, "form_key": str(uuid.uuid4())}, status=404)


def test_only_administrators_come_here(world: World) -> None:
    run_id = bring(world, "upl", PRODUCTS)
    for path in ("/imports/", f"/imports/{run_id}", "/imports/postcode", "/imports/successors"):
        world.page("supervisor").get(path, status=403)


def _token(page: Page) -> str:
    found = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page.text)
    assert found
    return found[1]


def _key(page: Page) -> str:
    found = re.search(r'name="form_key" type="hidden" value="([^"]+)"', page.text)
    assert found
    return found[1]
