"""The daily round and the health page, as those see them who watch over a centre."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from kcc.app import create_app
from kcc.config import Settings
from kcc.core import findings
from kcc.core.permissions import Permission
from kcc.operations import metrics, queries_round
from tests.support.page import CANARY
from tests.support.world import World


def plant(world: World, town: str, statement: str, *values: object) -> None:
    with world.admin() as admin:
        admin.execute(statement, (world.towns[town], *values))


def dead_job(world: World, town: str) -> None:
    plant(
        world, town,
        "insert into job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)"
        " values (gen_random_uuid(), %s, 'mail.notify', %s, '{}', 'dead', now(), 8, 8, now())", str(uuid.uuid4()),
    )  # fmt: skip


def numbers(world: World, person: str = "supervisor") -> dict[str, str]:
    page = world.page(person).get("/operations/")
    rows = page.by_testid("daily-round").select("tbody tr")
    return {row.select_one("th").text.strip(): row.select_one("td.num").text.strip() for row in rows}  # type: ignore[union-attr]


def test_an_empty_day_has_nothing_to_do(world: World) -> None:
    found = numbers(world)
    assert found["Contactverzoeken over hun termijn"] == "0" and len(found) == 9


def test_the_round_counts_own_towns_only(world: World) -> None:
    dead_job(world, "Aalburg")
    dead_job(world, "Bergen")
    dead_job(world, "Drunen")
    assert numbers(world)["Mislukte systeemtaken"] == "2"
    assert numbers(world, "administrator")["Mislukte systeemtaken"] == "1"


def test_roles_that_nobody_looked_at_count_once_the_term_is_over(world: World) -> None:
    towns = [world.towns["Aalburg"]]
    with world.scope("supervisor", Permission.HEALTH_SEE):
        in_time, late = (
            queries_round.amounts(world.centres["noord"], towns, datetime(2026, month, day, 12, tzinfo=UTC))[
                "late_reviews"
            ]
            for month, day in ((10, 31), (11, 1))
        )
    assert (in_time, late > 0) == (0, True)


def test_a_point_is_ticked_with_a_note_and_taken_back(world: World) -> None:
    page = world.page("supervisor").get("/operations/")
    page.submit('form[action$="/overdue_tasks/look"]', note="Met Burgerzaken gebeld")
    page.get("/operations/")
    assert "Met Burgerzaken gebeld" in page.by_testid("daily-round").text
    page.submit('form[action$="/overdue_tasks/take-back"]')
    page.get("/operations/")
    assert "Met Burgerzaken gebeld" not in page.text
    with world.admin() as admin:
        verbs = [row[0] for row in admin.execute("select verb from audit_entry order by at").fetchall()]
    assert verbs == ["daily_check.looked", "daily_check.taken_back"]


def test_who_looks_second_sees_who_was_first_and_cannot_take_that_back(world: World) -> None:
    first = world.page("supervisor").get("/operations/")
    second = world.page("administrator").get("/operations/")
    first.submit('form[action$="/health/look"]', note="alles goed")
    second.submit('form[action$="/health/look"]', note="ook gekeken")
    second.get("/operations/")
    assert "alles goed" in second.text and "ook gekeken" not in second.text
    assert second.soup.select_one('form[action$="/health/take-back"]') is None


def test_another_centre_s_round_is_not_seen(world: World) -> None:
    with world.admin() as admin:
        admin.execute(
            "insert into daily_check (id, centre_id, on_day, point, account_id, at, note) values"
            " (gen_random_uuid(), %s, current_date, 'health', %s, now(), %s)",
            (world.centres["zuid"], world.people["agent_zuid"], CANARY),
        )
    world.page("supervisor").get("/operations/")


def test_a_note_that_is_too_long_is_refused_and_an_unknown_point_is_not_there(world: World) -> None:
    page = world.page("supervisor").get("/operations/")
    page.submit('form[action$="/health/look"]', note="x" * 501, status=422)
    assert "1 tekens te lang" in page.text and "x" * 501 in str(page.soup)
    form = page.soup.select_one('form[action$="/health/look"]')
    assert form is not None
    form["action"] = "/operations/niets/look"
    page.submit('form[action="/operations/niets/look"]', status=404)


def test_the_health_page_shows_every_part_with_what_to_do(world: World) -> None:
    dead_job(world, "Aalburg")
    text = world.page("supervisor").get("/operations/health").by_testid("health").text
    assert "Systeemtaken" in text and "1 taak mislukt" in text and "start die opnieuw" in text
    assert "PostgreSQL" in text and "MB vrij" in text and "er is nog geen back-up gemaakt" in text


def test_a_check_that_falls_over_is_a_finding_and_no_fault_of_the_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(_at: object) -> list[findings.Finding]:
        raise RuntimeError

    monkeypatch.setitem(findings.CHECKS, "broken", fall)
    assert "kon niet worden nagekeken" in world.page("supervisor").get("/operations/health").by_testid("health").text


def test_agents_do_not_walk_the_round(world: World) -> None:
    world.page("agent").get("/operations/", status=403)


@pytest.fixture
def watched(settings: Settings) -> Flask:
    """The application with a token for monitoring."""
    return create_app(replace(settings, metrics_token="een-lang-geheim"), testing=True)


def test_figures_need_the_token(world: World, watched: Flask) -> None:
    client = watched.test_client()
    assert client.get("/operations/metrics").status_code == 404
    assert client.get("/operations/metrics", headers={"Authorization": "Bearer fout"}).status_code == 404
    assert world.app.test_client().get("/operations/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_tell_jobs_and_requests_and_nothing_of_anyone(world: World, watched: Flask) -> None:
    dead_job(world, "Aalburg")
    client = watched.test_client()
    client.get("/health/live")
    answer = client.get("/operations/metrics", headers={"Authorization": "Bearer een-lang-geheim"})
    text = answer.text
    assert answer.content_type.startswith("text/plain") and metrics.MEDIA_TYPE.startswith("text/plain")
    assert 'kcc_jobs{state="dead"} 1.0' in text
    assert 'kcc_request_seconds_count{answer="2xx",endpoint="health_live"}' in text
    assert "Aalburg" not in text and "@" not in text
