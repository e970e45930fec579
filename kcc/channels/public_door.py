"""What strangers may have done: calls of the database's own functions for them. Nobody is known here, so no actor.

Each function in the database checks what it is given and takes no number of a municipality (migrations/sql, forms).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.tenancy import SETTINGS

MARK = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entrance:
    """The entrance that an address of a form names: its number and its slug, which must belong together."""

    id: int
    slug: str

    @property
    def key(self) -> str:
        """As it stands in an address: 17-contact-brielle."""
        return f"{self.id}-{self.slug}"


@dataclass(frozen=True)
class Receipt:
    """What became of a form: new, same, differs, busy; and its reference."""

    outcome: str
    reference: str


def parse_key(key: str) -> Entrance:
    """The entrance of an address; raises NotFound for one that cannot be."""
    number, dash, slug = key.partition("-")
    if not dash or not number.isascii() or not number.isdigit() or len(number) > 9:
        raise NotFound
    return Entrance(int(number), slug)


def public_form(entrance: Entrance) -> dict[str, Any]:
    """What the page of a form shows: town, colours, words, topics. Raises NotFound for an entrance that is not open."""
    found = db.session.scalar(sa.text("select kcc_public_form(:e, :s)"), {"e": entrance.id, "s": entrance.slug})
    if found is None:
        raise NotFound
    return dict(found)


def keep_file(entrance: Entrance, *, key: uuid.UUID, name: str, data: bytes, address_hash: bytes) -> str:
    """Keep a file of a form that is being filled in, whatever becomes of the request: kept, too_much, busy or unknown."""
    values = {"e": entrance.id, "s": entrance.slug, "k": key, "n": name, "d": data, "a": address_hash}
    with db.engine.begin() as connection:
        connection.execute(SETTINGS, {"secret": "", "permission": "none", "read_only": "off"})
        statement = sa.text("select kcc_keep_form_file(:e, :s, :k, :n, :d, :a)")
        return str(connection.scalar(statement, values))


def files_so_far(entrance: Entrance, key: uuid.UUID) -> list[sa.Row[Any]]:
    """The files of a form that is being filled in: id, name and size."""
    statement = sa.text("select * from kcc_form_files(:e, :s, :k)")
    return list(db.session.execute(statement, {"e": entrance.id, "s": entrance.slug, "k": key}))


def receive_form(
    entrance: Entrance,
    *,
    key: uuid.UUID,
    digest: bytes,
    body: dict[str, Any],
    doubts: list[str],
    address_hash: bytes,
    code_hash: bytes,
) -> Receipt:
    """Write a form down as it was sent, once for each key, with its reference. Raises NotFound for a closed entrance."""
    row = db.session.execute(
        sa.text("select * from kcc_receive_form(:e, :s, :k, :d, cast(:b as jsonb), :w, :a, :c)"),
        {
            "e": entrance.id, "s": entrance.slug, "k": key, "d": digest, "b": json.dumps(body), "w": doubts,
            "a": address_hash, "c": code_hash,
        },
    ).one()  # fmt: skip
    if row.outcome == "unknown":
        raise NotFound
    return Receipt(str(row.outcome), str(row.reference_given or ""))


def open_status(*, reference: str, code_hash: bytes, address_hash: bytes, secret: str) -> tuple[bool, int]:
    """Exchange reference and code for a door to that question, and the seconds to wait after too many tries.

    The try is written down whatever becomes of the request.
    """
    values = {"r": reference, "c": code_hash, "a": address_hash, "s": hashlib.sha256(secret.encode()).digest()}
    with db.engine.begin() as connection:
        connection.execute(SETTINGS, {"secret": "", "permission": "none", "read_only": "off"})
        row = connection.execute(sa.text("select * from kcc_open_status(:r, :c, :a, :s)"), values).one()
    return bool(row.opened), int(row.wait_seconds)


def public_status(secret: str) -> dict[str, Any] | None:
    """What the code behind this door proves of its question; None when the door is shut."""
    found = db.session.scalar(sa.text("select kcc_public_status(:s)"), {"s": secret})
    return dict(found) if found else None


def receive_answer(
    secret: str, *, key: uuid.UUID, digest: bytes, kind: str, body: dict[str, Any], address_hash: bytes
) -> str:
    """A reply or rating by who stands at this door: new, same, differs, busy, closed or unknown."""
    return str(
        db.session.scalar(
            sa.text("select kcc_receive_answer(:s, :k, :d, :w, cast(:b as jsonb), :a)"),
            {"s": secret, "k": key, "d": digest, "w": kind, "b": json.dumps(body), "a": address_hash},
        )
    )


def status_file(secret: str, file_id: uuid.UUID) -> sa.Row[Any]:
    """Where a file stands that the citizen at this door may have; raises NotFound for any other."""
    row = db.session.execute(sa.text("select * from kcc_status_file(:s, :f)"), {"s": secret, "f": file_id}).first()
    if row is None:
        raise NotFound
    return row


def close_status(secret: str) -> None:
    """Shut the door again."""
    db.session.execute(sa.text("select kcc_close_status(:s)"), {"s": secret})


def public_screen(entrance_id: int) -> dict[str, Any]:
    """What the screen in a hall shows: numbers called, where to go, how many wait. Raises NotFound for no such counter."""
    found = db.session.scalar(sa.text("select kcc_public_screen(:e)"), {"e": entrance_id})
    if found is None:
        raise NotFound
    return dict(found)


def logo_of(entrance_id: int) -> str | None:
    """The mark of the logo of the town behind a form or counter; None when it wears none."""
    return db.session.scalar(sa.text("select kcc_logo_of_entrance(:e)"), {"e": entrance_id})


def logo_of_status(secret: str) -> str | None:
    """The mark of the logo of the town whose question is behind this door; None when it wears none."""
    return db.session.scalar(sa.text("select kcc_logo_of_status(:s)"), {"s": secret})


def public_logo(mark: str) -> bytes:
    """A logo that a town wears, by its SHA-256: a PNG that was checked when it was kept. Raises NotFound."""
    known = MARK.fullmatch(mark)
    found = known and db.session.scalar(sa.text("select kcc_public_logo(:m)"), {"m": mark})
    if not found:
        raise NotFound
    return bytes(found)


def kiosk(secret: str) -> dict[str, Any]:
    """What a kiosk shows: town, groups of topics, how many wait. Raises NotFound for a secret that opens nothing (more)."""
    found = db.session.scalar(sa.text("select kcc_kiosk(:s)"), {"s": secret})
    if found is None:
        raise NotFound
    return dict(found)


def kiosk_take(secret: str, *, key: uuid.UUID, topic_group: str, language: str) -> str:
    """Take a number, once for each key: taken, busy, group (the town has no such group) or unknown."""
    values = {"s": secret, "k": key, "g": topic_group, "l": language}
    return str(db.session.scalar(sa.text("select kcc_kiosk_take(:s, :k, :g, :l)"), values))


def kiosk_number(secret: str, number_id: uuid.UUID) -> dict[str, Any]:
    """A number of today at this kiosk's counter, and what is known of the wait; raises NotFound for any other."""
    found = db.session.scalar(sa.text("select kcc_kiosk_number(:s, :n)"), {"s": secret, "n": number_id})
    if found is None:
        raise NotFound
    return dict(found)
