"""The page of changes: told in words, called off, put back."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.municipalities import actions_history as history
from tests.support.world import World


def change(world: World, kind: str, subject_id: object, after: dict[str, object], on: date | None = None) -> None:
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        history.change(
            actor=actor, municipality_id=world.towns["Aalburg"], subject_type=kind, subject_id=str(subject_id),
            after=after, effective_on=on,
        )  # fmt: skip
        db.session.commit()


def test_changes_are_told_in_words_and_put_back(world: World) -> None:
    town = world.towns["Aalburg"]
    change(world, "municipality", town, {"greeting": "Goedemorgen"})
    change(world, "opening_hours", "", {"5": [["09:00", "12:00"]]})
    change(world, "topic_routes", "", {str(world.topics["noord", "paspoort"]): None})
    change(
        world,
        "department",
        world.departments["Aalburg", "afval"],
        {"fallback_id": world.departments["Aalburg", "burgerzaken"]},
    )
    page = world.page("administrator").get(f"/setup/towns/{town}/changes")
    for words in (
        "Goedemorgen",
        "zaterdag",
        "09:00–12:00",
        "Paspoort aanvragen",
        "Vangt op",
        "Administrator",
    ):
        assert words in page.text
    page.submit('form[action$="put-back"]')
    assert "Teruggezet" in page.text
    page.get(f"/setup/towns/{town}/changes?kind=opening_hours")
    assert len(page.soup.select('[data-testid="setup-change"]')) == 1
    page.get(f"/setup/towns/{town}/changes?kind=ticket", status=404)


def test_what_is_to_come_is_called_off(world: World) -> None:
    town = world.towns["Aalburg"]
    change(world, "municipality", town, {"greeting": "Straks"}, date.today() + timedelta(days=9))
    page = world.page("administrator").get(f"/setup/towns/{town}/changes")
    stale = page.sent, page.soup.select_one('form[action$="cancel"]')
    page.submit('form[action$="cancel"]')
    assert "gaat niet door" in page.text and "afgezegd" in page.text
    again = str(stale[1]["action"])  # type: ignore[index]
    token = page.soup.select_one('input[name="csrf_token"]')
    page.post(again, {"form_key": str(uuid.uuid4()), "csrf_token": token["value"] if token else ""})
    assert "komt niet meer" in page.text


def test_pages_follow_each_other(world: World) -> None:
    town = world.towns["Aalburg"]
    for number in range(28):
        change(world, "municipality", town, {"inhabitants": 1000 + number})
    page = world.page("administrator").get(f"/setup/towns/{town}/changes")
    assert len(page.soup.select('[data-testid="setup-change"]')) == 25
    page.get(str(page.soup.select_one('a[rel="next"]')["href"]))  # type: ignore[index]
    assert len(page.soup.select('[data-testid="setup-change"]')) == 3


def test_another_town_s_history_is_not_there(world: World) -> None:
    town = world.towns["Bergen"]
    page = world.page("administrator").get(f"/setup/towns/{town}/changes", status=404)
    page.get("/setup/towns")
    token = page.soup.select_one('input[name="csrf_token"]')
    data = {"form_key": str(uuid.uuid4()), "csrf_token": token["value"] if token else ""}
    for act in ("cancel", "put-back"):
        page.post(f"/setup/towns/{town}/changes/{uuid.uuid4()}/{act}", data, status=404)
