"""What is read of municipalities, by the application's own role."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries, rules
from kcc.municipalities.models import ClosingDay, TopicRoute
from tests.support.world import World


def test_only_towns_of_the_permission_are_listed(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        assert [town.name for town in queries.visible_municipalities()] == ["Aalburg", "Bergen"]


def test_a_town_out_of_sight_is_the_same_as_none(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        for missing in (world.towns["Cadzand"], world.towns["Drunen"], 999_999):
            with pytest.raises(NotFound):
                queries.municipality(missing)
            with pytest.raises(NotFound):
                queries.calendar_of(missing, datetime(2026, 11, 24, tzinfo=UTC))


def test_an_entrance_tells_its_town(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        assert queries.entrance(world.entrances["Bergen"]).municipality_id == world.towns["Bergen"]
        assert len(queries.entrances(["phone"])) == 2
        assert queries.entrances(["email"]) == []
        with pytest.raises(NotFound):
            queries.entrance(world.entrances["Cadzand"])


def test_a_question_of_friday_is_due_on_tuesday_at_closing_time(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        due = queries.due_at(
            world.towns["Aalburg"], world.topics["noord", "paspoort"], "phone", datetime(2026, 11, 20, 13, tzinfo=UTC)
        )
    assert due == datetime(2026, 11, 24, 16, tzinfo=UTC)


def test_a_closing_day_of_the_town_moves_the_term_on(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        town = world.towns["Aalburg"]
        db.session.add(ClosingDay(municipality_id=town, on_day=date(2026, 11, 23), label="Jaarmarkt"))
        db.session.flush()
        due = queries.due_at(town, None, "phone", datetime(2026, 11, 20, 13, tzinfo=UTC))
    assert due == datetime(2026, 11, 25, 16, tzinfo=UTC)


def test_christmas_is_not_worked(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        calendar = queries.calendar_of(world.towns["Aalburg"], datetime(2026, 12, 24, tzinfo=UTC))
    assert not rules.is_open(calendar, datetime(2026, 12, 25, 12, tzinfo=UTC))
    assert rules.is_open(calendar, datetime(2026, 12, 24, 12, tzinfo=UTC))


def test_the_term_of_a_topic_goes_before_the_agreement(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        town, topic = world.towns["Aalburg"], world.topics["noord", "paspoort"]
        assert queries.term_for(town, topic, "phone", date(2026, 11, 20)) == rules.Term(2, "working_days")
        db.session.execute(
            sa.update(TopicRoute)
            .where(TopicRoute.municipality_id == town, TopicRoute.topic_id == topic)
            .values(term_amount=4, term_unit="working_hours")
        )
        assert queries.term_for(town, topic, "phone", date(2026, 11, 20)) == rules.Term(4, "working_hours")
        assert queries.route_for(town, topic).term == rules.Term(4, "working_hours")


def test_a_channel_without_agreement_follows_the_telephone(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        assert queries.term_for(world.towns["Aalburg"], None, "other", date(2026, 1, 1)).amount == 2
        assert queries.term_for(world.towns["Aalburg"], None, "phone", date(1999, 1, 1)) == queries.USUAL_TERM


def test_a_route_names_the_department_of_that_town(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        route = queries.route_for(world.towns["Bergen"], world.topics["noord", "grofvuil"])
        assert route.department_id == world.departments["Bergen", "afval"]
        assert (route.department_name, route.topic_name) == ("Afval", "Grofvuil laten ophalen")
        with pytest.raises(NotFound):
            queries.route_for(world.towns["Cadzand"], world.topics["noord", "grofvuil"])
        with pytest.raises(NotFound):
            queries.route_for(world.towns["Bergen"], world.topics["zuid", "grofvuil"])


def test_topics_are_those_of_one_town(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        assert [topic.name for topic in queries.topics_of(world.towns["Aalburg"])] == [
            "Grofvuil laten ophalen", "Paspoort aanvragen",
        ]  # fmt: skip
        assert queries.find_topics(world.towns["Aalburg"], "pasp")[0].needs_bsn
        assert queries.topics_of(world.towns["Cadzand"]) == []


def test_departments_links_and_incidents_stay_in_sight(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        assert [each.name for each in queries.departments_of(world.towns["Aalburg"])] == ["Afval", "Burgerzaken"]
        assert queries.departments_of(world.towns["Cadzand"]) == []
        assert queries.links_of(world.towns.values()) == []
        assert queries.running_incidents(world.towns.values()) == []
