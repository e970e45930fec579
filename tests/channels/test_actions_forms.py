"""What becomes of a form: every one is a ticket, a duplicate, or waits for a person; and the sweep finds what is not."""

from __future__ import annotations

import io
import uuid

import pytest

from kcc.channels import actions_forms as forms
from kcc.channels import queries_forms as queries
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.errors import InvalidState, NotFound
from kcc.core.permissions import Permission
from tests.channels.citizens import as_worker, asked, open_form, receipt, send, ticket_of, work
from tests.channels.files import PNG
from tests.support.world import World


def states(world: World) -> list[str]:
    with world.admin() as admin:
        return [r[0] for r in admin.execute("select state from received_form order by received_at, id")]


def form_id(world: World) -> uuid.UUID:
    with world.admin() as admin:
        row = admin.execute("select id from received_form order by received_at desc, id limit 1").fetchone()
    assert row is not None
    return uuid.UUID(str(row[0]))


def sweep(world: World) -> forms.Swept:
    with as_worker(world) as actor:
        swept = forms.sweep_forms(actor=actor, municipality_id=world.towns["Aalburg"])
        db.session.commit()
        return swept


def balance(world: World) -> queries.Balance:
    with world.scope("agent", Permission.FORM_SORT):
        return queries.balance(world.towns["Aalburg"])


def grow_old(world: World) -> None:
    with world.admin() as admin:
        admin.execute("update received_form set received_at = received_at - interval '3 minutes'")


def test_processing_twice_makes_one_ticket(world: World) -> None:
    asked(world)
    with world.scope("agent", Permission.FORM_SORT) as actor:
        assert forms.process_form(actor=actor, form_id=form_id(world)) == "ticketed"
        db.session.commit()
    with world.admin() as admin:
        assert admin.execute("select count(*) from ticket").fetchone() == (1,)


def test_a_topic_that_the_town_no_longer_offers_is_guessed_instead(world: World) -> None:
    send(world, open_form(world), topic="Grofvuil laten ophalen", question="Ik wil een paspoort aanvragen")
    with world.admin() as admin:
        admin.execute(
            "delete from topic_route where municipality_id = %s and topic_id = %s",
            (world.towns["Aalburg"], world.topics["noord", "grofvuil"]),
        )
    work(world)
    with world.admin() as admin:
        assert admin.execute("select topic_id from ticket").fetchall() == [(world.topics["noord", "paspoort"],)]


def test_a_judgement_makes_a_question_of_a_doubtful_form_with_its_files(world: World) -> None:
    reference, _ = receipt(send(world, open_form(world), website="x", files=[(io.BytesIO(PNG), "foto.png")]))
    work(world)
    with world.scope("agent", Permission.FORM_SORT) as actor:
        ticket = forms.release(actor=actor, form_id=form_id(world))
        db.session.commit()
        assert ticket.reference == reference
    assert states(world) == ["ticketed"]
    with world.admin() as admin:
        assert admin.execute("select name from attachment").fetchall() == [("foto.png",)]
        assert admin.execute("select decided_by_id from received_form").fetchall() == [(world.people["agent"],)]


def test_what_was_put_aside_can_become_a_question_yet_and_is_judged_once(world: World) -> None:
    send(world, open_form(world), website="x")
    work(world)
    with world.scope("agent", Permission.FORM_SORT) as actor:
        forms.discard(actor=actor, form_id=form_id(world))
        db.session.commit()
    assert states(world) == ["discarded"]
    with world.scope("agent", Permission.FORM_SORT) as actor:
        with pytest.raises(InvalidState):
            forms.discard(actor=actor, form_id=form_id(world))
        forms.release(actor=actor, form_id=form_id(world))
        db.session.commit()
        with pytest.raises(InvalidState):
            forms.release(actor=actor, form_id=form_id(world))
    assert states(world) == ["ticketed"]


def test_forms_of_another_town_do_not_exist(world: World) -> None:
    send(world, open_form(world), website="x")
    work(world)
    for person in ("agent_cadzand", "agent_zuid"):
        with world.scope(person, Permission.FORM_SORT) as actor:
            for verb in (forms.release, forms.discard):
                with pytest.raises(NotFound):
                    verb(actor=actor, form_id=form_id(world))
            assert queries.held("quarantine", 10) == []


def test_a_second_sending_brings_the_files_that_the_first_forgot(world: World) -> None:
    form = open_form(world)
    send(world, form)
    send(world, form, files=[(io.BytesIO(PNG), "foto.png")])
    work(world)
    assert states(world) == ["ticketed", "duplicate"]
    with world.admin() as admin:
        assert admin.execute("select name from attachment").fetchall() == [("foto.png",)]


def test_every_form_is_somewhere(world: World) -> None:
    form = open_form(world)
    send(world, form)
    send(world, form)
    send(world, form, website="x", question="Spam")
    work(world)
    send(world, form, question="Nog niet verwerkt")
    found = balance(world)
    assert (found.received, found.ticketed, found.duplicates, found.quarantined, found.waiting) == (4, 1, 1, 1, 1)
    assert found.even


def test_a_form_whose_job_is_gone_is_offered_again(world: World) -> None:
    send(world, open_form(world))
    with world.admin() as admin:
        admin.execute("delete from job")
    assert sweep(world) == forms.Swept()
    grow_old(world)
    assert sweep(world) == forms.Swept(again=1)
    work(world)
    assert states(world) == ["ticketed"]


def test_a_form_that_keeps_failing_goes_to_people(world: World) -> None:
    send(world, open_form(world))
    with world.admin() as admin:
        admin.execute("update job set state = 'dead' where name = 'channels.form'")
    grow_old(world)
    assert sweep(world) == forms.Swept(to_people=1)
    assert states(world) == ["quarantine"]
    with world.scope("agent", Permission.FORM_SORT):
        assert [held.form.doubts for held in queries.held("quarantine", 5)] == [["failed"]]


def test_a_form_that_still_has_its_job_is_only_told_about(world: World) -> None:
    send(world, open_form(world))
    grow_old(world)
    assert sweep(world) == forms.Swept()
    with world.scope("agent", Permission.FORM_SORT):
        assert len(queries.stuck()) == 1


def test_a_question_that_no_agent_was_given_is_found_and_put_before_them(world: World) -> None:
    reference, _ = asked(world)
    with world.admin() as admin:
        admin.execute("delete from work_item")
    assert not balance(world).even
    assert sweep(world) == forms.Swept(strayed=1)
    with world.admin() as admin:
        assert admin.execute("select ticket_id from work_item").fetchall() == [(ticket_of(world, reference),)]
    assert balance(world).even


def test_a_question_that_counts_as_ticketed_without_a_ticket_is_made_anew(world: World) -> None:
    send(world, open_form(world))
    with world.admin() as admin:
        admin.execute("update received_form set state = 'ticketed'")
        admin.execute("delete from job")
    assert sweep(world) == forms.Swept(strayed=1)
    work(world)
    assert balance(world).even and states(world) == ["ticketed"]


def test_files_of_a_form_that_was_never_sent_are_forgotten_after_a_day(world: World) -> None:
    form = open_form(world)
    send(world, form, status=422, question="", files=[(io.BytesIO(PNG), "foto.png")])
    sweep(world)
    with world.admin() as admin:
        assert admin.execute("select count(*) from form_file").fetchone() == (1,)
        admin.execute("update form_file set sent_at = sent_at - interval '25 hours'")
    sweep(world)
    with world.admin() as admin:
        assert admin.execute("select count(*) from form_file").fetchone() == (0,)


def test_a_worker_that_dies_halfway_leaves_a_form_to_be_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(world, open_form(world))

    def die(**_values: object) -> None:
        raise RuntimeError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(forms, "_bring_files", lambda *_a: die())
        job = jobs.claim()
        assert job is not None and jobs.run(job) == "waiting"
    assert states(world) == ["received"]
    with world.admin() as admin:
        admin.execute("update job set run_after = now()")
    work(world)
    assert balance(world).even and states(world) == ["ticketed"]
