"""The front door of mail: kept with its hash and its job, or known to nobody."""

from __future__ import annotations

import hashlib

from kcc.channels import receiving
from tests.channels.mails import keep, letter
from tests.support.world import World


def test_a_mail_is_there_with_its_hash_and_its_job_when_keep_returns(world: World) -> None:
    raw = letter() + b"\x00\xff"
    made = keep(world, raw, envelope_from="jan@example.nl")
    with world.admin() as admin:
        row = admin.execute(
            "select r.sha256, r.size, r.state, c.raw, c.envelope_from, j.args->>'mail', j.municipality_id from received_mail r"
            " join mail_content c on c.mail_id = r.id join job j on j.key = 'channels.read_mail:' || r.id where r.id = %s",
            (made,),
        ).fetchone()
    assert row == (
        hashlib.sha256(raw).digest(),
        len(raw),
        "stored",
        raw,
        "jan@example.nl",
        str(made),
        world.towns["Aalburg"],
    )


def test_who_has_an_address(world: World) -> None:
    assert receiving.is_known("info@aalburg.example") == "town"
    assert receiving.is_known("INFO+x@Aalburg.Example") == "town"
    assert receiving.is_known("iets@aalburg.example") == "centre"
    assert receiving.is_known("iets@elders.example") is None, "two centres are here: it is of neither"
    assert receiving.keep("iets@elders.example", b"x", source="lmtp") is None


def test_an_entrance_that_was_closed_takes_no_mail(world: World) -> None:
    with world.admin() as admin:
        admin.execute("update entrance set active = false where address = %s", (world.mailboxes["Aalburg"],))
    assert receiving.is_known(world.mailboxes["Aalburg"]) == "centre"


def test_an_envelope_may_hold_anything(world: World) -> None:
    assert keep(world, b"", envelope_from="a\x00\udcff@b" + "x" * 500)
    assert receiving.clean_address("<a@b>") == "a@b"


def test_the_application_cannot_read_or_change_mail_by_this_door(world: World) -> None:
    keep(world, letter())
    with receiving.doorless_scope():
        assert receiving.db.session.scalar(receiving.sa.text("select kcc_mail_recipient('x')")) is None
