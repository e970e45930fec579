"""What a former system knew: on its own dates, found again by its words, under its town's lease only, and undone while untouched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.rules import number_words
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotAllowed
from kcc.core.permissions import Actor, Permission
from kcc.core.platform import command_scope
from kcc.core.search_text import to_tsquery_text
from kcc.imports import actions, actions_steps
from kcc.insight import queries as insight
from kcc.insight.rules import Period
from kcc.insight.rules_figures import Selection, select_period
from kcc.municipalities import queries as municipalities
from tests.imports.files import amount, begin, bring, by_command, counts, run_of, undo
from tests.support.world import World

TICKETS = (
    "Kenmerk;Onderwerp;Geopend;Gesloten;Kanaal;Afdeling;Vraag;Antwoord;Naam;Telefoon\n"
    "Z-1;Paspoort aanvragen;2019-03-04 10:00;2019-03-05 11:00;telefoon;Burgerzaken;Wanneer klaar?;Morgen;Jansen, K.;06 12345678\n"
    "Z-2;grofvuil;20-11-2026 09:00;;balie;;Ophalen graag;;;\n"
    "Z-3;Iets anders;2019-03-04;;;;;;;\n"
    "Z-4;paspoort;2019-03-04;2018-01-01;;;;;;\n"
    "Z-5;paspoort;1999-03-04;;;;;;;\n"
    "Z-6;paspoort;2019-03-04;;duif;Nergens;;;;\n"
    "Z-1;paspoort;2019-03-04;;;;;;;\n"
)
CONTACTS = (
    "Contactnummer;Kenmerk;Datum;Kanaal;Notitie;Naam\nC-1;Z-1;2019-03-06 12:00;e-mail;Belde na over het vogelhuisje;Pieters\n"
    "C-2;Z-99;2019-03-06;;;\nC-3;Z-1;2031-01-01;;;\n"
)


def test_questions_keep_their_dates_their_words_and_where_they_came_from(world: World) -> None:
    run_id = bring(world, "tickets", TICKETS)
    begin(world, run_id, dry_run=True)
    assert (counts(run_of(world, run_id)), amount(world, "ticket")) == ((2, 0, 0, 5), 0)
    begin(world, run_id)
    run = run_of(world, run_id)
    assert (counts(run), run.file_kept) == ((2, 0, 0, 5), False)
    with world.admin() as admin:
        refused = admin.execute("select line, field, code from import_refusal order by line, field").fetchall()
        events = admin.execute("select count(*) from job where name like 'channels%'").fetchone()
    assert refused == [
        (4, "topic", "unknown_topic"), (5, "closed_at", "before"), (6, "opened_at", "too_old"), (7, "channel", "no_choice"),
        (8, "source_reference", "twice"),
    ]  # fmt: skip
    assert events == (0,) and amount(world, "outgoing_mail") == amount(world, "work_item") == 0
    with world.scope("agent", Permission.TICKET_READ):
        (old,) = _found("jansen")
        assert (old.status, old.due_at, old.opened_at) == ("closed", None, datetime(2019, 3, 4, 9, tzinfo=UTC))
        assert old.reference == "AAL-19-000001" and old.department_ids == [world.departments["Aalburg", "burgerzaken"]]
        assert _found(number_words("06-12345678")) == [old]
        assert sorted(line.writing.kind for line in tickets.timeline(old) if line.writing) == [
            "answer",
            "note",
            "question",
        ]
        fresh = tickets.ticket_by_reference("AAL-26-000001")
        assert fresh and fresh.status == "open"
        assert fresh.due_at == municipalities.due_at(world.towns["Aalburg"], fresh.topic_id, "counter", fresh.opened_at)
        paths = [f"/tickets/{old.id}", f"/tickets/{fresh.id}"]
    for path in paths:
        world.page("agent").get(path)


def test_the_same_file_again_and_the_next_number_of_the_year_go_on(world: World) -> None:
    begin(world, bring(world, "tickets", TICKETS))
    again = bring(world, "tickets", TICKETS.replace("Z-2", "Z-7"))
    begin(world, again)
    assert counts(run_of(world, again))[:3] == (1, 0, 1)
    with world.admin() as admin:
        assert [row[0] for row in admin.execute("select reference from ticket order by 1")] == [
            "AAL-19-000001",
            "AAL-26-000001",
            "AAL-26-000002",
        ]


def test_rows_of_an_unknown_topic_get_the_chosen_one_and_it_is_remembered(world: World) -> None:
    run_id = bring(world, "tickets", TICKETS)
    chosen = run_of(world, run_id).mapping
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        with pytest.raises(InvalidInput):
            actions.choose_columns(
                actor=actor, run_id=run_id, mapping=chosen, other_topic=world.topics["zuid", "paspoort"]
            )
        actions.choose_columns(
            actor=actor, run_id=run_id, mapping=chosen, other_topic=world.topics["noord", "grofvuil"]
        )
        db.session.commit()
    begin(world, run_id)
    assert counts(run_of(world, run_id)) == (3, 0, 0, 4)
    with world.admin() as admin:
        note = admin.execute("select body from writing where body like '%Z-3%'").fetchone()
    assert note == ("Overgenomen uit het vorige systeem. Kenmerk daar: Z-3\nOnderwerp daar: Iets anders",)
    page = world.page("administrator").get(f"/imports/{bring(world, 'tickets', TICKETS)}/columns")
    page.submit("main form")
    assert "klaar om te proberen" in page.text


def test_statistics_count_old_questions_on_their_own_day(world: World) -> None:
    begin(world, bring(world, "tickets", TICKETS))
    with world.scope("contract_manager", Permission.STATISTICS_READ):
        town = municipalities.municipality(world.towns["Aalburg"])
        counted = insight.count(_month(2019, 3), [town])
        assert counted.now[town.id].questions == 1
        assert insight.count(_month(2019, 4), [town]).now[town.id].questions == 0


def test_later_contacts_find_their_question_and_are_undone_with_their_words(world: World) -> None:
    begin(world, bring(world, "tickets", TICKETS))
    run_id = bring(world, "contacts", CONTACTS)
    begin(world, run_id)
    assert counts(run_of(world, run_id)) == (1, 0, 0, 2)
    with world.scope("agent", Permission.TICKET_READ):
        assert len(_found("vogelhuisje")) == len(_found("pieters")) == 1
    undo(world, run_id)
    assert (amount(world, "contact"), amount(world, "writing")) == (2, 5)
    with world.scope("agent", Permission.TICKET_READ):
        assert _found("vogelhuisje") == _found("pieters") == [] and len(_found("jansen")) == 1


def test_a_question_that_somebody_worked_on_stays_when_the_run_is_undone(world: World) -> None:
    run_id = bring(world, "tickets", TICKETS)
    begin(world, run_id)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        fresh = tickets.ticket_by_reference("AAL-26-000001")
        assert fresh is not None
        contacts.write(actor=actor, ticket=fresh, kind="note", internal=True, body="Gezien.")
        db.session.commit()
    undo(world, run_id)
    run = run_of(world, run_id)
    assert (run.state, run.removed, run.left_behind) == ("undone", 1, 1)
    assert (amount(world, "ticket"), amount(world, "contact"), amount(world, "ticket_terms")) == (1, 1, 1)


def test_rows_about_citizens_are_read_by_a_job_of_that_town_only(world: World, tmp_path: Path) -> None:
    told = by_command(world, "tickets", TICKETS, tmp_path, "--town", "Aalburg", "--centre", "noord")
    assert (told["state"], amount(world, "ticket")) == ("running", 0)
    with command_scope(world.app.config["SETTINGS"].platform_url, "noord", reason="test"), pytest.raises(NotAllowed):
        actions_steps.take_step(actor=Actor.command(), run_id=told["run"])
    job = jobs.claim()
    assert job is not None and job.municipality_id == world.towns["Aalburg"] and set(job.args) == {"run"}
    assert jobs.run(job) == "done" and amount(world, "ticket") == 2
    with world.admin() as admin:
        text = str(
            admin.execute("select * from import_run").fetchall()
            + admin.execute("select * from audit_entry").fetchall()
            + admin.execute("select * from job").fetchall()
        )
    assert "Jansen" not in text and "12345678" not in text
    with world.scope("supervisor", Permission.TICKET_READ):
        assert {row.municipality_id for row in _found("jansen")} == {world.towns["Aalburg"]}


def _found(word: str) -> list[tickets.Ticket]:
    rows = db.session.execute(
        db.text("select ticket_id from kcc_find_tickets(:q, null, null, 20)"), {"q": to_tsquery_text(word)}
    )
    return [tickets.ticket(row.ticket_id) for row in rows]


def _month(year: int, month: int) -> Selection:
    return select_period(Period.month(year, month), datetime(2026, 11, 25, tzinfo=UTC))
