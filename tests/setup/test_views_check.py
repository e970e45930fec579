"""What the set-up misses stands on the page of health, each thing once with its names."""

from __future__ import annotations

from datetime import UTC, datetime

from kcc.core.findings import CHECKS, Level
from kcc.core.permissions import Permission
from tests.support.world import World

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def found(world: World) -> dict[str, tuple[Level, str]]:
    with world.scope("supervisor", Permission.HEALTH_SEE), world.app.test_request_context():
        return {str(each.subject): (each.level, str(each.seen)) for each in CHECKS["configuration"](AT)}


def test_what_a_town_misses_is_told_by_name(world: World) -> None:
    town = world.towns["Bergen"]
    with world.admin() as admin:
        for table in ("opening_hours", "service_agreement"):
            admin.execute(f"delete from {table} where municipality_id = %s".encode(), (town,))
        admin.execute("update entrance set active = false where municipality_id = %s", (town,))
        admin.execute("update topic_route set active = false where municipality_id = %s", (town,))
        admin.execute("update department set active = false where municipality_id = %s", (town,))
        admin.execute("update membership set valid_to = now() where municipality_id = %s and role = 'agent'", (town,))
    seen = found(world)
    for subject in (
        "Geen telefoonnummer",
        "Geen openingstijden",
        "Geen afspraken die nu gelden",
        "Geen afdelingen",
        "Geen onderwerpen",
        "Geen KCC-medewerkers",
    ):
        assert seen[subject] == (Level.WRONG, "Bergen"), subject
    assert seen["Geen beheerder"][1] == "Bergen, Cadzand"


def test_what_is_there_twice_or_leads_nowhere_is_told(world: World) -> None:
    with world.admin() as admin:
        admin.execute(
            "update entrance set address = (select address from entrance where id = %s) where id = %s",
            (world.entrances["Aalburg"], world.entrances["Bergen"]),
        )
        admin.execute("update department set active = false where id = %s", (world.departments["Bergen", "afval"],))
        admin.execute(
            "delete from department_member where department_id = %s", (world.departments["Aalburg", "afval"],)
        )
        admin.execute(
            "insert into topic (centre_id, key, name, group_name, synonyms, needs_bsn) values (%s, 'x', 'Vuurwerk', 'groep', '{}', false)",
            (world.centres["noord"],),
        )
    seen = found(world)
    assert seen["Ingang staat er twee keer"][0] == Level.WRONG
    assert seen["Route naar een gesloten afdeling"] == (Level.WRONG, "Bergen: Grofvuil laten ophalen")
    assert "Aalburg: Afval" in seen["Afdeling zonder medewerkers"][1]
    assert seen["Onderwerp zonder route"] == (Level.ATTENTION, "Vuurwerk")
    assert seen["Maar één beheerder"] == (Level.ATTENTION, "Aalburg")


def test_the_page_of_health_shows_it_within_its_queries(world: World) -> None:
    page = world.page("supervisor").get("/operations/health")
    assert "Maar één beheerder" in page.text
