"""Files with tickets: kept whole, scanned when there is a scanner, shut when in doubt, and never lost in silence."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kcc.channels import actions_files as files
from kcc.channels import queries_files as queries
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.integrations import file_store
from tests.channels.files import EXE, PDF
from tests.factories.tickets import make_ticket
from tests.integrations.scanner import EICAR, Scanner, running_scanner
from tests.support.world import World


@contextmanager
def scanner_at(world: World, address: str | None) -> Iterator[None]:
    """The application with another scanner in its settings."""
    before = world.app.config["SETTINGS"]
    world.app.config["SETTINGS"] = dataclasses.replace(before, clamd=address)
    try:
        yield
    finally:
        world.app.config["SETTINGS"] = before


@pytest.fixture
def scanner(world: World) -> Iterator[Scanner]:
    with running_scanner() as running, scanner_at(world, running.address):
        yield running


def keep(
    world: World, data: bytes = PDF, *, name: str = "brief.pdf", person: str = "agent", town: str = "Aalburg"
) -> uuid.UUID:
    ticket = make_ticket(world, person=person, town=town)
    with world.scope(person, Permission.TICKET_WRITE) as actor:
        kept = files.keep_attachment(
            actor=actor, municipality_id=world.towns[town], ticket_id=ticket, subject_id=None, name=name, data=data
        )
        db.session.commit()
        return kept.id


def row(world: World, attachment: uuid.UUID) -> dict[str, object]:
    with world.admin() as admin:
        cursor = admin.execute("select * from attachment where id = %s", (attachment,))
        assert cursor.description is not None
        return dict(zip([c.name for c in cursor.description], cursor.fetchone() or (), strict=True))


def verbs(world: World, attachment: uuid.UUID) -> list[str]:
    with world.admin() as admin:
        return [r[0] for r in admin.execute(
            "select verb from ticket_event where ticket_id = (select ticket_id from attachment where id = %s) order by at, id", (attachment,)
        )]  # fmt: skip


def work(world: World) -> None:
    while (job := jobs.claim()) is not None:
        assert jobs.run(job) == "done"


def test_a_file_is_kept_under_a_name_of_ours_with_what_it_is(world: World) -> None:
    kept = keep(world, name="../brief.exe")
    found = row(world, kept)
    assert (found["name"], found["media_type"], found["size"]) == ("brief.exe.pdf", "application/pdf", len(PDF))
    assert found["sha256"] == hashlib.sha256(PDF).digest()
    assert file_store.store().read(world.towns["Aalburg"], kept) == PDF
    assert "attached" in verbs(world, kept)


def test_a_file_may_come_from_a_path(world: World, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_bytes(PDF)
    ticket = make_ticket(world)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        kept = files.keep_attachment(
            actor=actor,
            municipality_id=world.towns["Aalburg"],
            ticket_id=ticket,
            subject_id=None,
            name="x",
            path=source,
        )
        assert kept.name == "x.pdf"


def test_without_scanner_it_is_said_to_be_not_scanned(world: World) -> None:
    assert row(world, keep(world))["scan_state"] == "not_scanned"


def test_an_unwelcome_file_is_refused_and_can_be_noted(world: World) -> None:
    ticket = make_ticket(world)
    town = world.towns["Aalburg"]
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        with pytest.raises(InvalidInput) as refused:
            files.keep_attachment(
                actor=actor, municipality_id=town, ticket_id=ticket, subject_id=None, name="p.exe", data=EXE
            )
        noted = files.note_refused(
            actor=actor, municipality_id=town, ticket_id=ticket, subject_id=None, name="p.exe", size=len(EXE),
            reason=refused.value.message,
        )  # fmt: skip
        db.session.commit()
        noted_id = noted.id
    assert row(world, noted_id)["scan_state"] == "refused"
    assert not file_store.store().has(town, noted_id)


def test_another_town_s_ticket_does_not_exist(world: World) -> None:
    ticket = make_ticket(world, town="Drunen", person="agent_zuid")
    for town in ("Aalburg", "Drunen"):
        with world.scope("agent", Permission.TICKET_WRITE) as actor, pytest.raises(NotFound):
            files.keep_attachment(
                actor=actor, municipality_id=world.towns[town], ticket_id=ticket, subject_id=None, name="x", data=PDF
            )


def test_the_ticket_s_own_town_is_asked_for(world: World) -> None:
    ticket = make_ticket(world, town="Bergen")
    with world.scope("agent", Permission.TICKET_WRITE) as actor, pytest.raises(NotFound):
        files.keep_attachment(
            actor=actor, municipality_id=world.towns["Aalburg"], ticket_id=ticket, subject_id=None, name="x", data=PDF
        )


def test_a_scanner_opens_what_is_clean(world: World, scanner: Scanner) -> None:
    kept = keep(world)
    assert row(world, kept)["scan_state"] == "waiting"
    work(world)
    assert row(world, kept)["scan_state"] == "clean"
    assert scanner.seen == [PDF]


def test_a_virus_is_found_named_and_told_on_the_timeline(world: World, scanner: Scanner) -> None:
    kept = keep(world, EICAR, name="rekening.pdf")
    work(world)
    found = row(world, kept)
    assert (found["scan_state"], found["finding"]) == ("infected", "Eicar-Test-Signature")
    assert "attachment_infected" in verbs(world, kept)


def test_a_scanner_out_of_reach_fails_closed_and_is_asked_again(world: World) -> None:
    with running_scanner() as gone:
        address = gone.address
    with scanner_at(world, address):
        kept = keep(world)
        work(world)
        assert row(world, kept)["scan_state"] == "waiting"
    with running_scanner() as back, scanner_at(world, back.address):
        with world.scope("agent", Permission.TICKET_WRITE) as actor:
            assert files.scan_waiting(actor=actor, municipality_id=world.towns["Aalburg"]) == 1
            db.session.commit()
    assert row(world, kept)["scan_state"] == "clean"


def test_a_scanner_set_up_later_looks_at_what_was_kept_before(world: World) -> None:
    kept = keep(world, EICAR, name="x.txt")
    with running_scanner() as scanner, scanner_at(world, scanner.address):
        with world.scope("agent", Permission.TICKET_WRITE) as actor:
            files.scan_waiting(actor=actor, municipality_id=world.towns["Aalburg"])
            db.session.commit()
    assert row(world, kept)["scan_state"] == "infected"


def test_a_file_that_changed_on_disk_is_not_handed_to_anybody(world: World, scanner: Scanner) -> None:
    kept = keep(world)
    file_store.store().path(world.towns["Aalburg"], kept).write_bytes(b"%PDF-iets anders")
    work(world)
    assert row(world, kept)["scan_state"] == "missing"


def sweep(world: World, grace: float = 3600.0) -> files.Swept:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        swept = files.sweep_files(actor=actor, municipality_id=world.towns["Aalburg"], grace_seconds=grace)
        db.session.commit()
        return swept


@pytest.fixture
def tidy(world: World) -> None:
    """Files of other tests have lost their rows by now: out of the way with them."""
    sweep(world, grace=-1)


def test_a_row_without_its_file_is_found_told_and_heals_when_the_file_returns(world: World, tidy: None) -> None:
    kept = keep(world)
    place = file_store.store().path(world.towns["Aalburg"], kept)
    aside = place.with_name("elders")
    place.rename(aside)
    assert sweep(world).missing == 1
    assert row(world, kept)["scan_state"] == "missing"
    assert "attachment_missing" in verbs(world, kept)
    assert sweep(world) == files.Swept()
    aside.rename(place)
    assert sweep(world).returned == 1
    assert row(world, kept)["scan_state"] == "not_scanned"


def test_a_file_without_its_row_is_set_apart_when_it_is_old_enough(world: World, tidy: None) -> None:
    ticket = make_ticket(world)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        kept = files.keep_attachment(
            actor=actor, municipality_id=world.towns["Aalburg"], ticket_id=ticket, subject_id=None, name="x", data=PDF
        ).id
        db.session.rollback()
    store = file_store.store()
    assert sweep(world).orphans == 0
    os.utime(store.path(world.towns["Aalburg"], kept), (0, 0))
    assert sweep(world).orphans == 1
    assert not store.has(world.towns["Aalburg"], kept)
    with world.admin() as admin:
        row = admin.execute(
            "select fields from audit_entry where verb = 'files.swept' order by at desc limit 1"
        ).fetchone()
    assert row is not None and "orphans:1" in row[0]


def test_files_of_one_town_are_not_seen_by_people_of_another(world: World) -> None:
    kept = keep(world)
    with world.scope("agent_cadzand", Permission.TICKET_READ), pytest.raises(NotFound):
        queries.attachment(kept)
