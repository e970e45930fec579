"""A telephone exchange of one centre, at the interface and at the tables: what would it learn of another centre?"""

from __future__ import annotations

import secrets
from typing import Any

import psycopg
import sqlalchemy as sa

from kcc.core.permissions import REVEALS, Permission
from tests.channels.exchange import door_of, make_exchange
from tests.house.catalogue import models
from tests.proofs._house import House
from tests.proofs._tables import SETTINGS
from tests.support.world import TOWNS

ASKED = ("/events", "/who", "/callback")


def exchange_trials(given: House) -> tuple[int, list[str]]:
    """Ask about another centre's calls and numbers, and read every table through the door; returns trials and faults."""
    count, faults = 0, []
    exchange = make_exchange(given.world, "zuid")
    with given.world.admin() as admin:
        number = admin.execute(
            "select address from entrance where id = %s", (given.world.entrances["Aalburg"],)
        ).fetchone()
        before = admin.execute(
            "select count(*) from call where municipality_id <> %s", (given.world.towns["Drunen"],)
        ).fetchone()
    assert number is not None
    for path in ASKED:
        answers = []
        for call, to in (("call Aalburg", number[0]), (secrets.token_hex(6), "0800 9999")):
            count += 1
            body = {"id": secrets.token_hex(6), "call": call, "to": to, "event": "ringing", "accepted": False}
            found = exchange.send("POST", path, body)
            answers.append((found.status_code, found.get_json().get("known"), found.get_json().get("decision")))
        if answers[0] != answers[1]:
            faults.append(f"{path}: tells another centre's call from an unknown one: {answers}")
    with given.world.admin() as admin:
        after = admin.execute(
            "select count(*) from call where municipality_id <> %s", (given.world.towns["Drunen"],)
        ).fetchone()
    if before != after:
        faults.append("an exchange made a call for another centre")
    more, wrong = _tables(given, door_of(given.world, exchange))
    return count + more, faults + wrong


def _tables(given: House, secret: str) -> tuple[int, list[str]]:
    """Every table, under every permission: rows of one's own centre, of classes that the permission of exchanges reveals."""
    url = (
        sa.engine.make_url(given.urls["KCC_APP_URL"]).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    own = {given.world.towns[town] for town in TOWNS["zuid"]}
    centre, count, faults = given.world.centres["zuid"], 0, []
    with psycopg.connect(url) as connection:
        for name, model in sorted(models().items()):
            if model.__policy__ in ("open", "national"):
                continue
            for permission in Permission:
                count += 1
                with connection.transaction(force_rollback=True):
                    connection.execute(SETTINGS, (secret, str(permission)))
                    cursor = connection.execute(f"select * from {name} limit 500".encode())
                    names = [column.name for column in cursor.description or ()]
                    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
                if wrong := [row for row in rows if not _may(row, name, model, permission, own, centre)]:
                    faults.append(f"an exchange reads {len(wrong)} rows of {name} under {permission}")
    return count, faults


def _may(row: dict[str, Any], name: str, model: Any, permission: Permission, own: set[int], centre: int) -> bool:
    if permission != Permission.TELEPHONE_EXCHANGE:
        return False
    # What agents do now is no person's data of a citizen: the exchange's work is to choose among them.
    classes = REVEALS[permission] | ({"staff"} if model.__policy__ in ("agent_state", "agent_history") else set())
    if model.__data_class__ not in classes:
        return False
    if name == "municipality":
        return row["id"] in own
    if row.get("municipality_id") is not None:
        return row["municipality_id"] in own
    return row.get("centre_id", centre) == centre
