"""No test finds what another left behind, and every page that a test sees is judged."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from tests.support.page import judge_page
from tests.support.world import DOORS, World


def test_the_world_forgets_what_a_test_changed_in_it(world: World) -> None:
    """Whatever was changed, added, removed or opened: towns, people, passwords, sessions."""
    world.session_for("agent")
    with world.admin() as admin:
        admin.execute("update account set name = 'Iemand anders'")
        admin.execute("update guard.credential set verifier = 'x'")
        admin.execute("delete from department_member")
        admin.execute("insert into guard.sign_in_attempt (email_hash, address_hash) values ('x', 'x')")
    world.put_back()
    with world.admin() as admin:
        assert admin.execute("select name from account where id = %s", (world.people["agent"],)).fetchone() == (
            "Agent",
        )
        assert admin.execute("select count(*) from guard.credential where verifier = 'x'").fetchone() == (0,)
        assert admin.execute("select count(*) from department_member").fetchone() != (0,)
        for table in DOORS:
            assert admin.execute(f"select count(*) from {table}").fetchone() == (0,), table


SOUND = "<!doctype html><html lang=nl><head><title>t</title></head><body><h1>k</h1>{}</body></html>"


def judged(body: str) -> None:
    """What a page with this in it is told."""
    text = SOUND.format(body)
    judge_page(text, BeautifulSoup(text, "html.parser"), "/")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p>een<p/></div>", "HTML"),
        ("<h1>nog een</h1>", "2 h1"),
        ('<p id="a"></p><p id="a"></p>', "ids twice"),
        ('<p style="color: red">rood</p>', "inline style"),
        ("<script>1</script>", "without nonce"),
        ('<input name="x" id="x"><label for="y">y</label>', "without label"),
        ('<form method="post"></form>', "without CSRF"),
    ],
)
def test_every_page_is_judged_however_many_like_it_were_sound(body: str, fault: str) -> None:
    judged("<p>een</p>")
    judged("<p>twee</p>")
    with pytest.raises(AssertionError, match=fault):
        judged(body)
