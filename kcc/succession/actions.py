"""Planning and deciding: who goes on as whom from when, the mapping, and the signatures of two people."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kcc.core import audit, jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.parties import actions as parties
from kcc.succession import queries, rules
from kcc.succession.models import Succession, SuccessionChoice

COMPARE, RUN = "succession.compare", "succession.run"
SIGNATURES = 2
MOST_NUMBERS = 1_000_000


def plan_merger(*, actor: Actor, municipality_id: int, successor_id: int, on_day: date) -> Succession:
    """Note that a municipality goes on as another from a day on, and have both compared. Nothing moves yet.

    Raises NotFound for a town out of sight, InvalidInput for the same town, one of another centre, one that is gone
    already, a second plan, or a successor that is to leave.
    """
    old, new = municipalities.municipality(municipality_id), municipalities.municipality(successor_id)
    if old.id == new.id or old.centre_id != new.centre_id:
        raise InvalidInput("Kies een andere gemeente van hetzelfde samenwerkingsverband.", field="successor_id")
    for town, field in ((old, "municipality_id"), (new, "successor_id")):
        if town.left_on is not None:
            raise InvalidInput("Deze gemeente is er niet meer.", field=field)
    refuse_second(old)
    if any(known.kind == "leaving" and known.municipality_id == new.id for known in queries.successions()):
        raise InvalidInput("Deze gemeente gaat zelf vertrekken.", field="successor_id")
    made = Succession(
        municipality_id=old.id, centre_id=old.centre_id, kind="merger", successor_id=new.id, on_day=on_day,
        made_by_id=actor.account_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(actor, "succession.planned", made, ["successor", "on_day"])
    ask_compare(actor=actor, which=made)
    return made


def refuse_second(town: Municipality) -> None:
    """Raise InvalidInput when this town has a plan already."""
    if any(known.municipality_id == town.id for known in queries.successions()):
        raise InvalidInput("Voor deze gemeente staat er al een plan.", field="municipality_id")


def ask_compare(*, actor: Actor, which: Succession) -> None:
    """Have the two towns compared anew: people and work change until the day."""
    jobs.enqueue(COMPARE, municipality_id=which.municipality_id, key=str(uuid.uuid4()), args={"succession": which.id})
    record(actor, "succession.compare_asked", which)


def compare(*, actor: Actor, succession_id: uuid.UUID, key: bytes | None) -> None:
    """The dry run: counts and conflicts, and a proposal for each line that has none yet. Under the old town's lease."""
    which = queries.succession(succession_id)
    if which.kind == "merger":
        numbers = [f"\\x{known.hex()}" for known in _numbers_there(which, key)]
        which.compared = db.session.scalar(
            sa.text("select kcc_compare_towns(:id, cast(:numbers as bytea[]))"),
            {"id": which.id, "numbers": numbers},
        )
        known_lines = {(line.kind, line.subject): line for line in queries.choices_of(which)}
        for kind, subject, choice in rules.proposals(which.compared or {}):
            if (kind, subject) not in known_lines:
                db.session.add(
                    SuccessionChoice(
                        municipality_id=which.municipality_id, succession_id=which.id, kind=kind, subject=subject, choice=choice
                    )
                )  # fmt: skip
    else:
        sums = db.session.scalar(sa.text("select kcc_departure_sums(:id)"), {"id": which.id})
        which.compared = {"counts": {table: int(found[0]) for table, found in (sums or {}).items()}}
    which.compared_at = now()
    db.session.flush()
    record(actor, "succession.compared", which)


def _numbers_there(which: Succession, key: bytes | None) -> list[bytes]:
    """The hashes by which the successor would know the numbers of people of the old town."""
    if key is None:
        return []
    return [
        bytes.fromhex(one["lookup_hash"]) for line in _next(which, MOST_NUMBERS, key) for one in line["identifiers"]
    ]


def choose(*, actor: Actor, which: Succession, chosen: dict[tuple[str, str], str]) -> int:
    """Lay down the mapping; returns how many lines changed. Signatures under an earlier one count no more.

    Raises InvalidState once it has begun, InvalidInput for what cannot be chosen.
    """
    _refuse_begun(which)
    lines = {(line.kind, line.subject): line for line in queries.choices_of(which)}
    changed = 0
    for (kind, subject), choice in chosen.items():
        line = lines.get((kind, subject))
        if line is None or choice not in rules.allowed(kind, subject, which.compared or {}):
            raise InvalidInput("Maak een keuze uit de lijst.")
        if line.choice != choice:
            line.choice, line.decided_by_id = choice, actor.account_id
            changed += 1
    if changed:
        which.approved_at = None
        db.session.flush()
        record(actor, "succession.chosen", which, ["choices"])
    return changed


def sign(*, actor: Actor, which: Succession) -> int:
    """Sign what stands there now; returns how many have. With the second signature the run waits for its day.

    Raises InvalidState before the dry run and after the start, NotAllowed for who is not administrator of both towns.
    """
    _refuse_begun(which)
    if which.compared_at is None:
        raise InvalidState("Wacht op de proef: zonder uitkomst valt er niets te ondertekenen.")
    signed = db.session.scalar(sa.text("select kcc_sign_succession(:id)"), {"id": which.id})
    if signed is None:
        raise NotAllowed("Alleen een beheerder van beide gemeenten kan dit ondertekenen.")
    record(actor, "succession.signed", which)
    if signed >= SIGNATURES and which.approved_at is None:
        which.approved_at = now()
        db.session.flush()
        jobs.enqueue(
            RUN, municipality_id=which.municipality_id, key=str(uuid.uuid4()), args={"succession": which.id},
            run_after=max(now(), _beginning(which)),
        )  # fmt: skip
    return int(signed)


def cancel(*, actor: Actor, which: Succession) -> None:
    """Take the plan back; raises InvalidState once it has begun."""
    _refuse_begun(which)
    which.cancelled_at = now()
    db.session.flush()
    record(actor, "succession.cancelled", which)


def _refuse_begun(which: Succession) -> None:
    begun = queries.state_of(which.id) or queries.departure_of(which.id)
    if which.cancelled_at is not None or begun is not None:
        raise InvalidState("Dit is al begonnen of ingetrokken.")


def _beginning(which: Succession) -> datetime:
    zone = ZoneInfo(municipalities.municipality(which.municipality_id).zone)
    return datetime.combine(which.on_day, time(), zone)


def _next(which: Succession, most: int, key: bytes) -> list[dict[str, Any]]:
    """Parties that have not gone over yet, with their numbers as the successor would keep them."""
    rows = db.session.execute(sa.text("select * from kcc_next_parties(:id, :most)"), {"id": which.id, "most": most})
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for row in rows:
        line = found.setdefault(row.id, {"old": str(row.id), "new": str(uuid.uuid4()), "identifiers": []})
        if row.ciphertext is not None:
            sealed, lookup = parties.sealed_for(
                bytes(row.ciphertext), party_id=row.id, new_party_id=uuid.UUID(str(line["new"])),
                municipality_id=which.successor_id or 0, key=key,
            )  # fmt: skip
            line["identifiers"].append(
                {"kind": row.identifier_kind, "ciphertext": sealed.hex(), "lookup_hash": lookup.hex(), "masked": row.masked}
            )  # fmt: skip
    return list(found.values())


def carry_parties(*, actor: Actor, which: Succession, most: int, key: bytes) -> int:
    """Have the next parties known to the successor; returns how many that were."""
    given = _next(which, most, key)
    if not given:
        return 0
    done = db.session.scalar(
        sa.text("select kcc_carry_parties(:id, cast(:given as jsonb))"), {"id": which.id, "given": json.dumps(given)}
    )
    record(actor, "succession.parties_carried", which)
    return int(done or 0)


def record(actor: Actor, verb: str, which: Succession, fields: list[str] | None = None) -> None:
    """Note in the audit what was done to a plan."""
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="succession",
        subject_id=which.id,
        municipality_id=which.municipality_id,
        fields=fields or [],
    )
