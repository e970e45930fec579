"""Figures as the database counts them, beside a plain count of the same history."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.insight import queries_behind
from kcc.insight.queries_behind import Narrowing
from kcc.insight.rules import FollowedContact, net_of_period
from kcc.insight.rules_figures import Figures, select_period, together
from tests.insight import histories
from tests.insight.histories import AT, OCTOBER, count, tell
from tests.support.world import World


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("channel", [None, "phone"])
def test_the_database_counts_as_a_plain_count_does(world: World, seed: int, channel: str | None) -> None:
    told = tell(world, random.Random(seed), 60)
    selection = select_period(OCTOBER, AT, channel)
    counted = count(world, selection)
    for town in histories.TOWNS:
        figures = counted.now[world.towns[town]]
        mine = [t for t in told if t.town == town and selection.start <= t.at < selection.end]
        shown = [t for t in mine if channel in (None, t.channel)]
        outcomes = Counter(t.outcome for t in shown)
        assert figures.questions == len(shown)
        assert figures.questions_by_channel == Counter(t.channel for t in shown)
        assert figures.answered == outcomes["answered"]
        assert figures.escalated == outcomes["escalated"]
        assert figures.transferred == outcomes["transferred"] + outcomes["transfer_failed"]
        assert figures.talk_seconds == sum(t.talk or 0 for t in shown)
        followed = [FollowedContact(t.at, t.outcome == "answered", t.key, t.topic) for t in told if t.town == town]
        counts = {(t.at, t.key) for t in shown}
        net = net_of_period(followed, lambda c, counts=counts: (c.at, c.follow_key) in counts, AT)
        assert (figures.net, figures.followed) == (net.answered, net.followed)
        for topic in ("paspoort", "grofvuil"):
            number = counted.topics.get((world.topics["noord", topic], world.towns[town]), 0)
            assert number == sum(t.topic == topic for t in shown)


def test_the_parts_add_up_to_the_whole(world: World) -> None:
    told = tell(world, random.Random(7), 50)
    counted = count(world, select_period(OCTOBER, AT))
    whole = together(counted.now.values())
    selection = select_period(OCTOBER, AT)
    assert whole.questions == sum(selection.start <= t.at < selection.end for t in told)
    assert whole.questions == sum(whole.questions_by_channel.values()) == sum(counted.topics.values())
    assert whole.conversations == sum(whole.conversations_by_channel.values()) == sum(counted.hours)


def test_a_month_begins_and_ends_at_midnight_in_the_netherlands(world: World) -> None:
    with world.admin() as admin:
        for at in ("2026-09-30T21:59:59", "2026-09-30T22:00:00", "2026-10-31T22:59:59", "2026-10-31T23:00:00"):
            histories.contact(admin, world, "Aalburg", datetime.fromisoformat(at).replace(tzinfo=UTC))
    counted = count(world, select_period(OCTOBER, AT))
    town = world.towns["Aalburg"]
    assert counted.now[town].questions == 2
    assert counted.before[town].questions == 1


def test_another_town_does_not_exist_and_neither_do_ones_own_calls_there(world: World) -> None:
    at = datetime(2026, 10, 5, 10, tzinfo=UTC)
    with world.admin() as admin:
        for town in ("Aalburg", "Bergen"):
            histories.contact(admin, world, town, at)
            histories.conversation(admin, world, town, at, account_id=world.people["two_hats"])
    selection = select_period(OCTOBER, AT)
    counted = count(world, selection, "two_hats")
    assert set(counted.now) == {world.towns["Bergen"]}
    assert counted.now[world.towns["Bergen"]].conversations == sum(counted.hours) == 1
    with world.scope("two_hats", Permission.STATISTICS_READ):
        assert queries_behind.count_behind(selection, Narrowing("conversations")) == 1
        assert queries_behind.count_behind(selection, Narrowing("questions", world.towns["Aalburg"])) == 0


def test_statistics_reveal_no_row_about_persons(world: World) -> None:
    at = datetime(2026, 10, 5, 10, tzinfo=UTC)
    town = world.towns["Aalburg"]
    with world.admin() as admin:
        ticket = histories.ticket(admin, world, "Aalburg", at)
        contact = histories.contact(admin, world, "Aalburg", at, of_ticket=ticket)
        task = histories.task(admin, world, "Aalburg", at, at)
        histories.insert(admin, "involvement", municipality_id=town, contact_id=contact, ticket_id=ticket, role="customer",
                         name="N", number="0612345678", identity_check="none", language="nl")  # fmt: skip
        histories.insert(admin, "task_request", municipality_id=town, task_id=task, name="N", number="06", email="",
                         preferred_moment="", answers="{}")  # fmt: skip
        shown = [row[0] for row in admin.execute(
            "select relname from pg_class c join pg_policy p on p.polrelid = c.oid"
            " where pg_get_expr(p.polqual, c.oid) like '%''person''%'"
        )]  # fmt: skip
    assert {"involvement", "task_request", "party", "writing", "ticket_terms"} <= set(shown)
    with world.scope("contract_manager", Permission.STATISTICS_READ):
        for table in [*shown, "draft"]:
            assert db.session.execute(sa.text(f"select count(*) from {table}")).scalar_one() == 0, table
        assert db.session.execute(sa.text("select count(*) from contact")).scalar_one() == 1


def test_figures_without_anything_are_not_measured() -> None:
    nothing = Figures()
    assert nothing.share_at_once is nothing.mean_talk is nothing.share_on_time is None
