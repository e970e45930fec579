"""Who works for which department and knows what, set by who manages people; and giving a left conversation to somebody."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.core import audit, events, jobs
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.people import queries_accounts as people
from kcc.people.models import DepartmentMember
from kcc.routing.models_presence import AgentSkill
from kcc.setup import queries_people as queries

PHONE = re.compile(r"\+?[0-9() -]{3,25}")


@dataclass(frozen=True)
class MemberData:
    """How somebody works for a department: own number, weekdays (0 is Monday), away up to and including, who stands in."""

    phone: str = ""
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    absent_until: date | None = None
    deputy_id: uuid.UUID | None = None


def set_department(
    *, actor: Actor, account_id: uuid.UUID, municipality_id: int, department_id: int, data: MemberData
) -> DepartmentMember:
    """Have somebody work for a department of a town, or change how; while they are away, what cannot wait goes to who
    stands in for them. Raises InvalidInput (``department_id``, ``phone``,
    ``weekdays``, ``deputy_id``), NotFound."""
    town = municipalities.municipality(municipality_id)
    someone = people.person(account_id)
    if town.id not in {held.municipality_id for held in someone.memberships}:
        raise InvalidInput("Geef eerst een rol bij deze gemeente.", field="department_id")
    if department_id not in {each.id for each in municipalities.departments_of(town.id)}:
        raise InvalidInput("Kies een afdeling van deze gemeente.", field="department_id")
    _check(data, account_id, town.id)
    member = queries.department_member(town.id, department_id, account_id)
    if member is None:
        member = DepartmentMember(municipality_id=town.id, department_id=department_id, account_id=account_id)
        db.session.add(member)
    member.phone, member.weekdays = data.phone.strip() or None, sorted(set(data.weekdays))
    member.absent_until, member.deputy_id = data.absent_until, data.deputy_id
    db.session.flush()
    _record(actor, "department_member_set", member)
    if member.absent_until is not None:
        # By a job: who manages people may not read what is handed over.
        jobs.enqueue(
            "setup.stand_in", municipality_id=town.id, key=f"{member.id}:{new_id()}", args={"member": str(member.id)}
        )
    return member


def leave_department(*, actor: Actor, account_id: uuid.UUID, member_id: uuid.UUID) -> None:
    """Have somebody work for a department no more. Raises NotFound; InvalidState while they have its requests in hand."""
    member = db.session.get(DepartmentMember, member_id)
    if member is None or member.account_id != account_id:
        raise NotFound
    in_hand = {work.municipality_id for work in people.open_work(account_id) if work.kind.startswith("task")}
    if member.municipality_id in in_hand:
        raise InvalidState("Deze persoon heeft nog contactverzoeken in handen. Laat die eerst overdragen.")
    _record(actor, "department_member_gone", member)
    db.session.delete(member)
    db.session.flush()


def set_skills(*, actor: Actor, account_id: uuid.UUID, levels: Mapping[tuple[int, str], int | None]) -> int:
    """Say how well somebody knows topic groups of towns (0 to 2; None: as for the whole town, or nothing said).

    Gives how many levels changed. Raises InvalidInput for a level or group that there is not, NotFound.
    """
    someone = people.person(account_id)
    towns = {held.municipality_id for held in someone.memberships if held.role in queries.DESK_ROLES}
    groups = {"", *queries.topic_groups(towns)}
    known, changed = queries.skills_of(account_id), set()
    for (town, group), level in levels.items():
        if town not in towns or group not in groups or level not in (None, 0, 1, 2):
            raise InvalidInput("Kies een niveau uit de lijst.")
        if known.get((town, group)) == level:
            continue
        _set_skill(account_id, town, group, level)
        changed.add(town)
    for town in sorted(changed):
        audit.record(
            actor=actor, verb="skills_set", subject_type="account", subject_id=account_id, municipality_id=town
        )  # fmt: skip
        events.publish("agent", municipality_id=town, subject_id=account_id)
    db.session.flush()
    return sum(known.get(key) != level for key, level in levels.items())


def hand_conversation(*, actor: Actor, conversation_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """Give a conversation that nobody can finish, with what was typed in it, to an agent of its town.

    Raises InvalidState when somebody has it again or that agent does not work there, NotFound.
    """
    left = {each.id: each for each in queries.left_conversations()}.get(conversation_id)
    if left is None:
        raise NotFound
    done = db.session.scalar(
        sa.text("select kcc_hand_conversation(:c, :a)"), {"c": conversation_id, "a": account_id}
    )  # fmt: skip
    if not done:
        raise InvalidState("Deze medewerker werkt niet voor deze gemeente.")
    audit.record(
        actor=actor, verb="conversation_handed", subject_type="conversation", subject_id=conversation_id,
        municipality_id=left.municipality_id,
    )  # fmt: skip
    events.publish("conversation", municipality_id=left.municipality_id, account_id=account_id)


def _check(data: MemberData, account_id: uuid.UUID, town: int) -> None:
    if data.phone.strip() and not PHONE.fullmatch(data.phone.strip()):
        raise InvalidInput("Vul een telefoonnummer in.", field="phone")
    if not data.weekdays or not set(data.weekdays) <= set(range(7)):
        raise InvalidInput("Kies ten minste één werkdag.", field="weekdays")
    if data.deputy_id is None:
        return
    if data.deputy_id == account_id or data.deputy_id not in queries.department_workers(town):
        raise InvalidInput("Kies een collega van deze gemeente als vervanger.", field="deputy_id")


def _set_skill(account_id: uuid.UUID, town: int, group: str, level: int | None) -> None:
    if level is None:
        db.session.execute(
            sa.delete(AgentSkill).where(
                AgentSkill.account_id == account_id, AgentSkill.municipality_id == town, AgentSkill.topic_group == group
            )
        )
        return
    made = insert(AgentSkill).values(account_id=account_id, municipality_id=town, topic_group=group, level=level)
    db.session.execute(
        made.on_conflict_do_update(
            index_elements=["account_id", "municipality_id", "topic_group"], set_={"level": level}
        )
    )


def _record(actor: Actor, verb: str, member: DepartmentMember) -> None:
    audit.record(
        actor=actor, verb=verb, subject_type="department_member", subject_id=member.id,
        municipality_id=member.municipality_id,
    )  # fmt: skip
