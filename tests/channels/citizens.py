"""A town's form and a citizen who uses it, for tests."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kcc.channels import views_strangers
from kcc.core import jobs
from kcc.core.permissions import Actor, Permission
from kcc.core.tenancy import scope
from tests.support.page import Page
from tests.support.world import World


def open_form(world: World, town: str = "Aalburg", address: str = "contact", **columns: Any) -> str:
    """An entrance of kind form, as it stands in an address: 7-contact."""
    with world.admin() as admin:
        row = admin.execute(
            "insert into entrance (municipality_id, kind, address, label, active, topic_id) values (%s, 'form', %s, 'Contactformulier', %s, %s)"
            " on conflict (municipality_id, kind, address) do update set active = excluded.active, topic_id = excluded.topic_id returning id",
            (world.towns[town], address, columns.get("active", True), columns.get("topic_id")),
        ).fetchone()
    assert row is not None
    return f"{row[0]}-{address}"


def send(
    world: World, form: str, *, status: int = 200, wait: float = 10.0, page: Page | None = None, **values: Any
) -> Page:
    """Fill a form in at an ordinary pace and send it."""
    page = page or world.page(None).get(f"/formulier/{form}")
    age(page, form, wait)
    typed = {"question": "Wanneer wordt mijn container geleegd?", **values}
    return page.submit('[data-testid="web-form"]', status=status, **typed)


def age(page: Page, form: str, seconds: float) -> None:
    """As if the page had been open for this long: its token is made anew, with an earlier moment."""
    field = page.soup.select_one('[data-testid="web-form"] [name="csrf_token"]')
    assert field is not None
    with page.app.test_request_context():
        token = views_strangers.read_token(str(field["value"]), form)
        assert token is not None
        signer = views_strangers._signer()
        timestamp = signer.make_signer(signer.salt)
        moment = timestamp.get_timestamp() - int(seconds)
        timestamp.get_timestamp = lambda: moment  # type: ignore[method-assign]
        payload = signer.dump_payload([form, str(token.key)])
        field["value"] = timestamp.sign(payload).decode()


def receipt(page: Page) -> tuple[str, str]:
    """Reference and code, as they stand on the receipt."""
    return page.by_testid("form-reference").text, page.by_testid("form-code").text


def work(world: World) -> list[str]:
    """Do every job that is due; returns their names."""
    done = []
    while (job := jobs.claim()) is not None:
        assert jobs.run(job) == "done", job.name
        done.append(job.name)
    return done


def look(world: World, reference: str, code: str, *, status: int = 200) -> Page:
    """The status page of a question."""
    page = world.page(None).get("/status")
    return page.submit('[data-testid="status-form"]', status=status, reference=reference, code=code)


def asked(world: World, town: str = "Aalburg", **values: Any) -> tuple[str, str]:
    """A question that was sent and became a ticket: reference and code."""
    found = receipt(send(world, open_form(world, town), **values))
    work(world)
    return found


def ticket_of(world: World, reference: str) -> uuid.UUID:
    """The ticket with a reference, past every lock."""
    with world.admin() as admin:
        row = admin.execute("select id from ticket where reference = %s", (reference,)).fetchone()
    assert row is not None
    return uuid.UUID(str(row[0]))


def plain(text: str) -> str:
    """Text with single spaces."""
    return re.sub(r"\s+", " ", text)


@contextmanager
def as_worker(world: World, town: str = "Aalburg") -> Iterator[Actor]:
    """What a job of a town may see and do."""
    secret = secrets.token_urlsafe(16)
    with world.admin() as admin:
        admin.execute(
            "insert into guard.door (secret_hash, kind, municipality_ids, expires_at) values (%s, 'lease', %s, now() + interval '1 minute')",
            (hashlib.sha256(secret.encode()).digest(), [world.towns[town]]),
        )
    with scope(secret, Permission.JOB_RUN):
        yield Actor.job()
