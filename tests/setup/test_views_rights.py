"""Confirming administrators, the quarterly review, and conversations that nobody has any more, on their pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kcc.contacts import actions_conversations as conversations
from kcc.core.db import db
from kcc.core.findings import CHECKS, Level
from kcc.core.permissions import Permission
from kcc.people import actions_accounts as accounts
from tests.factories.people import plant_role
from tests.support.world import World


def test_a_second_administrator_confirms_what_the_first_proposed(world: World) -> None:
    plant_role(world, "supervisor", "Aalburg")
    first = world.page("administrator").get(f"/setup/people/{world.people['editor']}")
    first.submit('form[action$="/roles"]', role="administrator")
    assert first.soup.select_one('button[value="confirm"]') is None
    second = world.page("supervisor").get("/setup/rights")
    second.submit('form[action$="/decide"]', button="confirm")
    assert "bevestigd" in second.text and "Niets te bevestigen" in second.text
    assert world.page("editor").get("/setup/people").response is not None


def test_a_review_is_done_in_parts_and_its_history_stays(world: World) -> None:
    page = world.page("administrator").get("/setup/reviews")
    assert "nog" in page.by_testid("reviews").get_text()
    page.get(f"/setup/reviews/{world.towns['Aalburg']}")
    fields = [select["name"] for select in page.by_testid("review").select("select")]
    page.submit("main form", **{str(fields[0]): "keep", str(fields[1]): "end"})
    assert "2 rollen nagekeken" in page.text and "Eerdere kwartalen" in page.text
    assert len(page.by_testid("review").select("select")) == len(fields) - 2
    page.submit("main form", **{str(fields[2]): "perhaps"}, status=422)
    page.get(f"/setup/reviews/{world.towns['Bergen']}", status=404)


@pytest.mark.parametrize(
    ("at", "level"),
    [(datetime(2026, 10, 20, 12, tzinfo=UTC), Level.ATTENTION), (datetime(2026, 11, 25, 12, tzinfo=UTC), Level.WRONG)],
)
def test_an_overdue_review_is_wrong_on_the_page_of_health(world: World, at: datetime, level: Level) -> None:
    with world.scope("administrator", Permission.HEALTH_SEE), world.app.test_request_context():
        assert [each.level for each in CHECKS["rights"](at)] == [level]
    page = world.page("administrator").get("/operations/health")
    assert "Rechten van mensen" in page.text


def test_a_supervisor_gives_a_left_conversation_to_a_colleague(world: World) -> None:
    plant_role(world, "two_hats", "Bergen", "agent")
    with world.scope("agent", Permission.DESK_USE) as actor:
        conversations.start_conversation(
            actor=actor, municipality_id=world.towns["Aalburg"], entrance_id=world.entrances["Aalburg"], channel="phone"
        )
        db.session.commit()
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor:
        accounts.leave(actor=actor, account_id=world.people["agent"])
        db.session.commit()
    page = world.page("supervisor").get("/setup/left-work")
    assert "Gesprekken die niemand meer heeft" in page.text
    page.submit("main form", account_id=str(world.people["two_hats"]))
    assert "ligt nu bij een collega" in page.text
    page.get("/setup/left-work")
    assert "Niets achtergebleven" in page.text
