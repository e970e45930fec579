"""Changes of set-up: made now or on a day, cancelled, put back, and never a running term."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.jobs import claim, run, tick
from kcc.core.models import AuditEntry
from kcc.core.permissions import Permission
from kcc.municipalities import actions_history as history
from kcc.municipalities import queries, queries_history
from kcc.municipalities.models_history import SetupChange
from tests.support.world import World

TOMORROW = timedelta(days=1)


def changed(world: World, subject_type: str, subject_id: object, after: Any, **more: Any) -> SetupChange | None:
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        made = history.change(
            actor=actor, municipality_id=world.towns["Aalburg"], subject_type=subject_type, subject_id=str(subject_id),
            after=after, **more,
        )  # fmt: skip
        db.session.commit()
        if made is not None:
            db.session.refresh(made)
            db.session.expunge(made)
        return made


def greeting(world: World) -> str:
    with world.scope("administrator", Permission.SETUP_MANAGE):
        return queries.municipality(world.towns["Aalburg"]).greeting


def test_a_change_says_who_what_it_was_and_what_it_became(world: World) -> None:
    was = greeting(world)
    made = changed(world, "municipality", world.towns["Aalburg"], {"greeting": " Goedendag, met {naam}. "})
    assert made is not None and made.account_id == world.people["administrator"]
    assert (made.before, made.after) == ({"greeting": was}, {"greeting": "Goedendag, met {naam}."})
    assert made.applied_at is not None and greeting(world) == "Goedendag, met {naam}."
    with world.scope("privacy_officer", Permission.ACCESS_LOG_READ):
        row = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.verb == "setup.changed"))
        assert row is not None and row.fields == ["greeting"]


def test_what_does_not_differ_is_no_change(world: World) -> None:
    assert changed(world, "municipality", world.towns["Aalburg"], {"greeting": greeting(world)}) is None


def test_a_change_of_a_day_to_come_is_made_by_the_clock_and_not_before(world: World) -> None:
    was, on = greeting(world), (now() + TOMORROW).date()
    made = changed(world, "municipality", world.towns["Aalburg"], {"greeting": "Straks"}, effective_on=on)
    assert made is not None and made.applied_at is None and greeting(world) == was
    tick(now())
    while (job := claim()) is not None:
        if job.name == "setup.apply":
            assert run(job) == "done"
    assert greeting(world) == was
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        town = world.towns["Aalburg"]
        assert history.apply_due(actor=actor, municipality_id=town, at=now() + 2 * TOMORROW) == 1
        assert history.apply_due(actor=actor, municipality_id=town, at=now() + 2 * TOMORROW) == 0
        db.session.commit()
    assert greeting(world) == "Straks"


def test_what_is_to_come_can_be_cancelled_once(world: World) -> None:
    on = (now() + TOMORROW).date()
    made = changed(world, "municipality", world.towns["Aalburg"], {"greeting": "Straks"}, effective_on=on)
    assert made is not None
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        history.cancel(actor=actor, change_id=made.id)
        with pytest.raises(InvalidState):
            history.cancel(actor=actor, change_id=made.id)
        assert queries_history.to_come(world.towns["Aalburg"]) == []
        assert history.apply_due(actor=actor, municipality_id=world.towns["Aalburg"], at=now() + 2 * TOMORROW) == 0


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("opening_hours", {"0": [["08:00", "12:00"], ["13:00", "16:00"]], "5": [["09:00", "12:00"]]}),
        ("closing_days", {"2026-12-28": {"label": "Verhuizing", "closes_at": "12:00"}}),
        ("department", {"key": "zorg", "name": "Zorg", "kind": "afdeling", "active": True}),
        ("useful_link", {"label": "Kaart", "url": "https://kaart.example", "position": 1}),
        ("service_agreement", {
            "channel": "email", "percent": 90, "within_seconds": 60, "answer_amount": 3, "answer_unit": "working_days",
            "valid_from": "2027-01-01", "valid_to": None,
        }),
        ("entrance", {"kind": "phone", "address": "0181 331 111", "label": "Nieuw nummer", "topic_id": None, "active": True}),
    ],
)  # fmt: skip
def test_everything_is_put_back_as_it_was(world: World, kind: str, after: dict[str, Any]) -> None:
    made = changed(world, kind, "", after)
    assert made is not None and made.applied_at is not None
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        undoing = history.put_back(actor=actor, change_id=made.id)
        assert undoing is not None and undoing.before is not None
        if made.before is not None:
            assert undoing.after == made.before
        with pytest.raises(InvalidState):
            history.put_back(actor=actor, change_id=made.id)
        again = history.put_back(actor=actor, change_id=undoing.id)
        assert again is not None and again.subject_id == made.subject_id
        assert {**(again.before or {}), **(again.after or {})}.items() >= (again.after or {}).items()


def test_a_route_that_is_taken_away_stays_for_its_tickets_and_comes_back(world: World) -> None:
    topic, town = world.topics["noord", "paspoort"], world.towns["Aalburg"]
    made = changed(world, "topic_routes", "", {str(topic): None})
    assert made is not None and made.before is not None
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        with pytest.raises(NotFound):
            queries.route_for(town, topic)
        history.put_back(actor=actor, change_id=made.id)
        assert queries.route_for(town, topic).department_id == world.departments["Aalburg", "burgerzaken"]


@pytest.mark.parametrize(
    ("kind", "after", "field"),
    [
        ("municipality", {"rsin": "123456789"}, "rsin"),
        ("municipality", {"short_code": "BER"}, "short_code"),
        ("municipality", {"centre_id": 2}, "centre_id"),
        ("opening_hours", {"0": [["12:00", "09:00"]]}, None),
        ("entrance", {"kind": "mailbox", "address": "info@bergen.example", "label": "x", "active": True}, "address"),
        ("entrance", {"kind": "phone", "address": "geen nummer", "label": "x", "active": True}, "address"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(world: World, kind: str, after: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed(world, kind, world.towns["Aalburg"] if kind == "municipality" else "", after)
    assert refused.value.field == field


def test_another_town_s_things_do_not_exist(world: World) -> None:
    for kind, foreign in (
        ("department", world.departments["Bergen", "afval"]),
        ("entrance", world.entrances["Bergen"]),
    ):
        with pytest.raises(NotFound):
            changed(world, kind, foreign, {"label" if kind == "entrance" else "name": "Van mij"})
    with pytest.raises(InvalidInput):
        changed(world, "department", "", {
            "key": "x", "name": "X", "kind": "groep", "active": True, "fallback_id": world.departments["Bergen", "afval"],
        })  # fmt: skip


def test_a_change_that_can_no_longer_be_says_why_and_stops_no_other(world: World) -> None:
    on, town = (now() + TOMORROW).date(), world.towns["Aalburg"]
    link = changed(world, "useful_link", "", {"label": "Kaart", "url": "https://kaart.example", "position": 1})
    assert link is not None
    changed(world, "useful_link", link.subject_id, {"label": "Plattegrond"}, effective_on=on)
    changed(world, "municipality", town, {"greeting": "Straks"}, effective_on=on)
    with world.admin() as admin:
        admin.execute("update setup_change set subject_id = '999' where after->>'label' = 'Plattegrond'")
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        assert history.apply_due(actor=actor, municipality_id=town, at=now() + 2 * TOMORROW) == 1
        db.session.commit()
        faults = db.session.scalars(sa.select(SetupChange.fault).where(SetupChange.fault.is_not(None))).all()
        assert faults == ["Dit bestaat niet (meer)."]
    assert greeting(world) == "Straks"


def mark(world: World) -> str:
    with world.scope("administrator", Permission.SETUP_MANAGE):
        return queries_history.mark_of(world.towns["Aalburg"])


def test_what_was_changed_since_the_page_was_read_is_not_undone_in_silence(world: World) -> None:
    town = world.towns["Aalburg"]
    seen = mark(world)
    theirs = changed(world, "municipality", town, {"greeting": "Van mij"})
    with pytest.raises(history.ChangedMeanwhile) as refused:
        changed(world, "municipality", town, {"greeting": "Van u", "accent": 4}, seen=seen)
    assert theirs is not None and len(refused.value.changes) == 1
    assert greeting(world) == "Van mij"
    assert changed(world, "municipality", town, {"accent": 4}, seen=seen) is not None, "another field is nobody's"
    assert changed(world, "municipality", town, {"greeting": "Van u"}, seen=mark(world)) is not None
    assert changed(world, "municipality", town, {"greeting": "Van wie niet keek"}, seen="geen merk") is not None


def test_a_clock_that_runs_behind_hides_no_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    town = world.towns["Aalburg"]
    changed(world, "municipality", town, {"greeting": "Eerst"})
    seen = mark(world)
    behind = now() - timedelta(hours=1)
    monkeypatch.setattr(history, "now", lambda: behind)
    changed(world, "municipality", town, {"greeting": "Van mij"})
    with pytest.raises(history.ChangedMeanwhile):
        changed(world, "municipality", town, {"greeting": "Van u"}, seen=seen)


def test_a_change_that_came_into_force_or_waits_for_its_day_counts_too(world: World) -> None:
    town, on = world.towns["Aalburg"], (now() + TOMORROW).date()
    seen = mark(world)
    made = changed(world, "municipality", town, {"greeting": "Straks"}, effective_on=on)
    with pytest.raises(history.ChangedMeanwhile):
        changed(world, "municipality", town, {"greeting": "Ook straks"}, effective_on=on, seen=seen)
    seen = mark(world)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        assert history.apply_due(actor=actor, municipality_id=town, at=now() + TOMORROW) == 1
        db.session.commit()
    with pytest.raises(history.ChangedMeanwhile):
        changed(world, "municipality", town, {"greeting": "Te laat"}, seen=seen)
    assert made is not None


def test_a_cancelled_change_stands_in_nobody_s_way(world: World) -> None:
    town, on = world.towns["Aalburg"], (now() + TOMORROW).date()
    seen = mark(world)
    made = changed(world, "municipality", town, {"greeting": "Straks"}, effective_on=on)
    assert made is not None
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        history.cancel(actor=actor, change_id=made.id)
        db.session.commit()
    assert changed(world, "municipality", town, {"greeting": "Nu"}, seen=seen) is not None
