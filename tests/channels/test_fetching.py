"""Post of every mailbox is fetched into its town; a mailbox that fails is shown and holds up no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kcc.channels import fetching
from kcc.core.errors import BadConfiguration, NotFound
from kcc.core.permissions import Actor
from tests.channels.mails import letter, work
from tests.support.dovecot import Dovecot, dovecot
from tests.support.world import World


@pytest.fixture(scope="module")
def post() -> Iterator[Dovecot]:
    """One real server for this file."""
    with dovecot() as made:
        yield made


def set_up(world: World, address: str, url: str | None, **given: object) -> None:
    settings = world.app.config["SETTINGS"]
    fetching.set_up(actor=Actor.command(), settings=settings, address=address, url=url, **given)  # type: ignore[arg-type]


def faults(world: World) -> dict[str, str]:
    with world.admin() as admin:
        return dict(
            admin.execute("select e.address, b.fault from mailbox b join entrance e on e.id = b.entrance_id").fetchall()
        )


def test_each_mailbox_is_fetched_into_its_own_town_and_a_broken_one_holds_up_none(world: World, post: Dovecot) -> None:
    key = world.app.config["SETTINGS"].data_key
    set_up(world, "info@aalburg.example", post.url("aalburg").replace("geheim", "fout"))
    set_up(world, "INFO@bergen.example", post.url("bergen"), done_folder="Klaar", sender_name="Bergen", receipt=False)
    post.put("bergen", letter(), letter("Nog een"))
    assert fetching.fetch_all(key) == 2
    assert faults(world) == {"info@aalburg.example": "login", "info@bergen.example": ""}
    assert len(post.mails("bergen", "Klaar")) == 2 and fetching.fetch_all(key) == 0
    work()
    with world.admin() as admin:
        rows = admin.execute("select state, source, municipality_id from received_mail").fetchall()
    assert rows == [("ticketed", "imap", world.towns["Bergen"])] * 2
    set_up(world, "info@aalburg.example", post.url("aalburg"))
    fetching.fetch_all(key)
    assert faults(world)["info@aalburg.example"] == ""


def test_a_password_is_sealed_and_useless_under_another_key(world: World, post: Dovecot) -> None:
    set_up(world, "info@cadzand.example", post.url("cadzand"))
    with world.admin() as admin:
        row = admin.execute("select imap_sealed from mailbox").fetchone()
    assert row is not None and b"geheim" not in bytes(row[0])
    assert fetching.fetch_all(bytes(32)) == 0 and faults(world) == {"info@cadzand.example": "key"}
    set_up(world, "info@cadzand.example", None, forget=True)
    assert fetching.fetch_all(world.app.config["SETTINGS"].data_key) == 0


def test_what_is_no_mailbox_or_no_address_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        set_up(world, "wie@elders.example", None)
    with pytest.raises(BadConfiguration):
        set_up(world, "info@aalburg.example", "https://x")


def test_the_commands_do_the_same(world: World, post: Dovecot) -> None:
    run = world.app.test_cli_runner().invoke
    assert (
        run(args=["mail", "mailbox", "info@drunen.example", "--imap", post.url("drunen"), "--receipt"]).exit_code == 0
    )
    post.put("drunen", letter())
    assert run(args=["mail", "fetch", "--once"]).output == "1 mails\n"
    refused = run(args=["mail", "mailbox", "wie@elders.example"])
    assert refused.exit_code == 1 and "Geen gemeente" in refused.output
