"""The page of the roster."""

from __future__ import annotations

import io

from tests.support.world import World


def test_a_shift_is_added_shown_and_taken_out(world: World) -> None:
    page = world.page("supervisor").get("/roster/?week=2026-11-25")
    page.submit('form[action$="/shifts"]', on_day="2026-11-25", starts="09:00", ends="08:00", note="kort", status=422)
    assert "Het einde ligt voor het begin" in page.text and 'value="kort"' in page.text
    page.submit('form[action$="/shifts"]', on_day="2026-11-25", starts="09:00", ends="12:30", channels=["phone"])
    assert "09:00–12:30" in page.by_testid("roster").get_text() and "telefoon" in page.by_testid("roster").get_text()
    page.submit('form[action$="/remove"]')
    assert "09:00–12:30" not in page.by_testid("roster").get_text()


def test_another_week_last_week_again_and_a_file(world: World) -> None:
    page = world.page("supervisor").get("/roster/import")
    text = "email,dag,van,tot,kanalen,notitie\r\nagent@kcc.example,18-11-2026,9:00,17:00,balie,\r\n"
    page.submit('form[enctype="multipart/form-data"]', do="import", file=(io.BytesIO(text.encode()), "r.csv"))
    assert "Nieuwe diensten 1" in page.by_testid("roster-imported").get_text(" ", strip=True)
    page.get("/roster/?week=2026-11-23").submit('form[action$="/copy"]')
    assert "1 dienst overgenomen" in page.text and "09:00–17:00" in page.text
    page.get("/roster/?week=geen")
    page.get("/roster/missed")
    assert "Iedereen is er" in page.text


def test_the_roster_is_for_supervisors(world: World) -> None:
    world.page("agent").get("/roster/", status=403)
    world.page("administrator").get("/roster/", status=403)
