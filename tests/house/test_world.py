"""No test finds what another left behind: the world is put back as it was built."""

from __future__ import annotations

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
