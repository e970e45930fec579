"""Files on a ticket's page and handed out: to the right people, never to be run by a browser."""

from __future__ import annotations

import io
import uuid

import pytest

from kcc.channels import rules_files as rules
from kcc.integrations import file_store
from tests.channels.files import EXE, HTML, PDF, PNG
from tests.channels.test_actions_files import keep, scanner_at
from tests.factories.tickets import make_ticket
from tests.integrations.scanner import running_scanner
from tests.support.world import World


def add(world: World, ticket: uuid.UUID, *given: tuple[str, bytes], status: int = 200, internal: bool = False):  # type: ignore[no-untyped-def]
    page = world.page("agent").get(f"/tickets/{ticket}/files")
    more = {"internal": "y"} if internal else {}
    return page.submit(
        '[data-testid="files-form"]', status=status, files=[(io.BytesIO(data), name) for name, data in given], **more
    )


def test_files_are_added_on_the_ticket_s_page_and_handed_out_as_downloads(world: World) -> None:
    ticket = make_ticket(world)
    add(world, ticket, ("foto.png", PNG), ("brief.pdf", PDF))
    page = world.page("agent").get(f"/tickets/{ticket}/files")
    links = {link.text: str(link["href"]) for link in page.soup.select('[data-testid="ticket-file"]')}
    assert set(links) == {"foto.png", "brief.pdf"}
    answer = page.client.get(links["brief.pdf"])
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=brief.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/pdf"


def test_the_ticket_s_page_has_a_place_for_them(world: World) -> None:
    ticket = make_ticket(world)
    page = world.page("agent").get(f"/tickets/{ticket}")
    assert page.soup.select_one(f'[hx-get="/tickets/{ticket}/files"]') is not None
    part = world.page("agent").get(f"/tickets/{ticket}/files", fragment=True)
    assert "geen bijlagen" in part.text and "<html" not in part.text


@pytest.mark.parametrize(("name", "data"), [("virus.exe", EXE), ("pagina.html", HTML), ("leeg.pdf", b"")])
def test_an_unwelcome_file_is_told_at_the_field_and_nothing_is_kept(world: World, name: str, data: bytes) -> None:
    ticket = make_ticket(world)
    page = add(world, ticket, ("goed.pdf", PDF), (name, data), status=422)
    assert page.soup.select_one(".utrecht-form-field-error-message") is not None
    assert world.page("agent").get(f"/tickets/{ticket}/files").soup.select('[data-testid="ticket-file"]') == []


def test_no_file_is_told_too(world: World) -> None:
    assert "Kies een bestand" in add(world, make_ticket(world), status=422).text


def test_a_large_file_is_accepted_where_files_are_and_told_when_too_large(world: World) -> None:
    ticket = make_ticket(world)
    add(world, ticket, ("groot.txt", b"a" * 3_000_000))
    assert "te groot" in add(world, ticket, ("groter.txt", b"a" * (rules.LARGEST_FILE + 1)), status=422).text


def test_a_flood_is_refused_before_it_is_read(world: World) -> None:
    ticket = make_ticket(world)
    page = world.page("agent").get(f"/tickets/{ticket}/files")
    answer = page.client.post(f"/tickets/{ticket}/files", data={"files": (io.BytesIO(b"a" * 27_000_000), "a.txt")})
    assert answer.status_code == 413


def test_a_file_for_colleagues_says_so(world: World) -> None:
    ticket = make_ticket(world)
    add(world, ticket, ("intern.pdf", PDF), internal=True)
    assert "alleen voor collega" in world.page("agent").get(f"/tickets/{ticket}/files").text


def test_a_file_that_waits_for_the_scanner_is_not_handed_out(world: World) -> None:
    with running_scanner() as scanner, scanner_at(world, scanner.address):
        kept = keep(world)
        page = world.page("agent").get(f"/files/{kept}", status=409)
        assert "niet" in page.soup.text and PDF.decode() not in page.text


def test_looking_at_a_file_leaves_evidence(world: World) -> None:
    kept = keep(world)
    world.page("agent").get(f"/files/{kept}", judge=False)
    with world.admin() as admin:
        rows = admin.execute("select what, account_id from access_record").fetchall()
    assert rows == [("file_open", world.people["agent"])]


@pytest.mark.parametrize("person", ["agent_cadzand", "agent_zuid", "handler_bergen"])
def test_another_town_s_file_is_as_unknown_as_no_file_at_all(world: World, person: str) -> None:
    kept = keep(world)
    foreign = world.page(person).get(f"/files/{kept}", status=404)
    unknown = world.page(person).get(f"/files/{uuid.uuid4()}", status=404)
    assert foreign.soup.main is not None and unknown.soup.main is not None
    assert foreign.soup.main.text == unknown.soup.main.text


def test_a_handler_of_another_department_sees_no_file(world: World) -> None:
    kept = keep(world)
    world.page("handler_afval").get(f"/files/{kept}", status=404)


def test_a_file_gone_from_disk_is_told(world: World) -> None:
    kept = keep(world)
    file_store.store().path(world.towns["Aalburg"], kept).unlink()
    world.page("agent").get(f"/files/{kept}", status=409)
