"""Attempts that are kept, and counted, whatever follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from kcc.core.db import db
from kcc.core.tenancy import doorless_scope
from kcc.people import evidence
from tests.support.world import World

HERE, THERE = b"a" * 32, b"b" * 32


def attempt(subject: str, address: bytes = HERE) -> evidence.Attempt:
    with doorless_scope():
        return evidence.begin_attempt(subject=subject, address_hash=address, spice=b"spice")


def test_an_attempt_stays_when_what_follows_is_undone(world: World) -> None:
    with doorless_scope():
        evidence.begin_attempt(subject="agent@kcc.example", address_hash=HERE, spice=b"spice")
        db.session.rollback()
    with world.admin() as admin:
        assert admin.execute("select count(*) from guard.sign_in_attempt").fetchone() == (1,)


def test_a_stranger_gets_the_same_made_up_salt_each_time(world: World) -> None:
    first, second = attempt("niemand@kcc.example"), attempt("NIEMAND@kcc.example")
    assert first.salt == second.salt and len(first.salt) == 16
    assert attempt("iemand@kcc.example").salt != first.salt


def test_the_eleventh_attempt_waits_and_another_subject_does_not(world: World) -> None:
    assert [attempt("agent@kcc.example").wait_seconds for _ in range(10)] == [0] * 10
    assert attempt("AGENT@kcc.example", THERE).wait_minutes == 5
    assert attempt("handler@kcc.example").wait_seconds == 0


def test_an_address_waits_after_three_hundred(world: World) -> None:
    with world.admin() as admin:
        admin.execute(
            "insert into guard.sign_in_attempt (email_hash, address_hash)"
            " select sha256(n::text::bytea), %s from generate_series(1, 300) n", (HERE,)
        )  # fmt: skip
    assert attempt("agent@kcc.example").wait_seconds > 0
    assert attempt("agent@kcc.example", THERE).wait_seconds == 0


def test_many_attempts_at_once_are_counted_one_by_one(world: World, app: Flask) -> None:
    def one(_number: int) -> int:
        with app.app_context():
            return attempt("agent@kcc.example").wait_seconds

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(one, range(24)))
    assert waits.count(0) == 10
