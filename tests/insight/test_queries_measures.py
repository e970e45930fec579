"""What each measure counts, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kcc.insight.rules_figures import select_period
from tests.insight import histories
from tests.insight.histories import AT, OCTOBER, count
from tests.support.world import World


def test_a_call_counts_for_its_entrance_and_a_question_for_its_own_town(world: World) -> None:
    at = datetime(2026, 10, 5, 10, tzinfo=UTC)
    with world.admin() as admin:
        call = histories.conversation(admin, world, "Aalburg", at)
        for town in ("Aalburg", "Bergen"):
            histories.contact(admin, world, town, at, conversation_id=call)
    now = count(world, select_period(OCTOBER, AT)).now
    assert (now[world.towns["Aalburg"]].conversations, now[world.towns["Aalburg"]].questions) == (1, 1)
    assert (now[world.towns["Bergen"]].conversations, now[world.towns["Bergen"]].questions) == (0, 1)


def test_who_comes_back_in_the_week_after_the_period_was_not_helped(world: World) -> None:
    end = datetime(2026, 10, 31, 12, tzinfo=UTC)
    with world.admin() as admin:
        histories.contact(admin, world, "Aalburg", end, follow_key=b"k")
        histories.contact(admin, world, "Aalburg", end + timedelta(days=3), follow_key=b"k", channel="counter")
    figures = count(world, select_period(OCTOBER, AT, "phone")).now[world.towns["Aalburg"]]
    assert (figures.answered, figures.net, figures.followed) == (1, 0, 1)


def test_a_call_back_is_on_time_when_reached_before_it_was_due(world: World) -> None:
    asked, due = datetime(2026, 10, 5, 10, tzinfo=UTC), datetime(2026, 10, 7, 10, tzinfo=UTC)
    hour = timedelta(hours=1)
    with world.admin() as admin:
        histories.task(admin, world, "Aalburg", asked, due, first_reached_at=due - hour, done_at=due + hour)
        histories.task(admin, world, "Aalburg", asked, due, done_at=due + hour, result="handled")
        histories.task(admin, world, "Aalburg", asked, due)
        histories.task(admin, world, "Aalburg", asked, AT + hour)
        histories.task(admin, world, "Aalburg", asked, due, done_at=asked + hour, result="forwarded")
        histories.task(admin, world, "Aalburg", asked, due, done_at=asked + hour, result="returned")
        histories.task(admin, world, "Aalburg", asked, due, done_at=asked + hour, result="returned")
    figures = count(world, select_period(OCTOBER, AT)).now[world.towns["Aalburg"]]
    assert (figures.tasks_on_time, figures.tasks_late, figures.tasks_measured, figures.returned) == (1, 2, 3, 2)


def test_a_cancelled_call_does_not_count(world: World) -> None:
    at = datetime(2026, 10, 5, 10, tzinfo=UTC)
    with world.admin() as admin:
        histories.conversation(admin, world, "Aalburg", at)
        histories.conversation(admin, world, "Aalburg", at, cancelled=True)
    counted = count(world, select_period(OCTOBER, AT))
    assert counted.now[world.towns["Aalburg"]].conversations == sum(counted.hours) == 1
    assert counted.hours[12] == 1
