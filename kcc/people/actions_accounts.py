"""Accounts made by hand, invited, given roles, and closed. The guard's functions check the town themselves. None commits."""

from __future__ import annotations

import uuid
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kcc.core import audit, events, jobs
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Actor, Role
from kcc.municipalities import queries as municipalities
from kcc.people import queries_accounts as queries
from kcc.people import rules_accounts as rules
from kcc.people.models import Account, Membership
from kcc.people.models_rights import Invitation, RightsProposal


def add_account(
    *,
    actor: Actor,
    email: str,
    name: str,
    municipality_id: int,
    role: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> tuple[uuid.UUID, bool]:
    """An account for a person with a first role in a town; gives its id and whether it is new.

    A person known in the same centre gets the role besides what they have. Raises InvalidInput (``email``, ``name``,
    ``role``, ``valid_to``), NotFound for a town out of sight, NotAllowed for oneself.
    """
    address = rules.own_address(email)
    if not name.strip():
        raise InvalidInput("Vul de naam in.", field="name")
    town = municipalities.municipality(municipality_id)
    row = db.session.execute(
        sa.text("select * from kcc_add_account(:id, :email, :name, :town)"),
        {"id": new_id(), "email": address, "name": name.strip(), "town": town.id},
    ).first()
    if row is None:
        raise NotFound
    if row.account_id is None:
        raise InvalidInput("Dit e-mailadres kan hier niet worden gebruikt.", field="email")
    if row.is_new:
        audit.record(
            actor=actor, verb="account_made", subject_type="account", subject_id=row.account_id, municipality_id=town.id
        )
    grant(
        actor=actor, account_id=row.account_id, municipality_id=town.id, role=role, valid_from=valid_from, valid_to=valid_to
    )  # fmt: skip
    return row.account_id, bool(row.is_new)


def grant(
    *,
    actor: Actor,
    account_id: uuid.UUID,
    municipality_id: int,
    role: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Membership | RightsProposal:
    """Give somebody a role in a town, from a day up to and including another. An administrator is only proposed.

    Raises InvalidInput (``role``, ``valid_to``), InvalidState when they have the role, NotAllowed for oneself, NotFound.
    """
    town = municipalities.municipality(municipality_id)
    asked = rules.role_of(role)
    begin, end = rules.period(valid_from, valid_to, town.zone, now())
    if account_id == actor.account_id:
        raise NotAllowed("Over uw eigen rechten beslist een ander.")
    if queries.same_role(town.id, account_id, asked) is not None:
        raise InvalidInput("Deze persoon heeft deze rol hier al.", field="role")
    if asked is Role.ADMINISTRATOR and actor.account_id is not None:
        return _propose(actor, account_id, town.id, begin, end)
    made = Membership(municipality_id=town.id, account_id=account_id, role=asked, valid_from=begin, valid_to=end)
    db.session.add(made)
    try:
        db.session.flush()
    except DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", None) == "KC010":  # two centres share nobody
            raise InvalidInput("Dit e-mailadres kan hier niet worden gebruikt.", field="email") from fault
        raise
    _tell(actor, "membership_granted", made.municipality_id, account_id, made.id)
    return made


def _propose(actor: Actor, account_id: uuid.UUID, town: int, begin: object, end: object) -> RightsProposal:
    if actor.account_id is None:
        raise NotAllowed
    waiting = db.session.scalar(
        sa.select(RightsProposal.id).where(
            RightsProposal.municipality_id == town,
            RightsProposal.account_id == account_id,
            RightsProposal.decided_at.is_(None),
        )
    )
    if waiting is not None:
        raise InvalidState("Dit voorstel ligt er al.")
    proposal = RightsProposal(
        municipality_id=town, account_id=account_id, valid_from=begin, valid_to=end, proposed_by_id=actor.account_id
    )
    db.session.add(proposal)
    db.session.flush()
    audit.record(
        actor=actor, verb="administrator_proposed", subject_type="account", subject_id=account_id, municipality_id=town
    )
    return proposal


def decide_proposal(*, actor: Actor, proposal_id: uuid.UUID, confirm: bool) -> str:
    """Confirm or refuse that somebody becomes an administrator, or withdraw what one proposed oneself.

    Gives ``confirmed``, ``refused`` or ``withdrawn``. Raises NotAllowed for the proposer and for who would gain by it,
    NotFound when it is decided or out of sight.
    """
    known = {proposal.id: proposal for proposal in queries.open_proposals()}.get(proposal_id)
    if known is None:
        raise NotFound
    said = db.session.scalar(
        sa.text("select kcc_decide_proposal(:id, :confirm)"), {"id": proposal_id, "confirm": confirm}
    )
    if said is None:
        if known.account_id == actor.account_id:
            raise NotAllowed("Over uw eigen rechten beslist een ander.")
        raise NotAllowed("Een tweede beheerder moet dit doen.")
    in_sight = {town.id for town in municipalities.visible_municipalities()}
    audit.record(
        actor=actor,
        verb=f"administrator_{said}",
        subject_type="account",
        subject_id=known.account_id,
        municipality_id=known.municipality_id if known.municipality_id in in_sight else None,
    )
    events.publish("rights", municipality_id=known.municipality_id, account_id=known.account_id)
    return str(said)


def end_membership(*, actor: Actor, membership_id: uuid.UUID, last_day: date | None = None) -> Membership:
    """End a role now, or at the end of a day. Raises InvalidState for the last administrator, NotFound."""
    held = queries.membership(membership_id)
    town = municipalities.municipality(held.municipality_id)
    moment = now()
    until = moment if last_day is None else rules.period(None, max(last_day, moment.date()), town.zone, moment)[1]
    said = db.session.scalar(sa.text("select kcc_end_membership(:id, :at)"), {"id": membership_id, "at": until})
    if said is None:
        raise NotFound
    if said == "last":
        raise InvalidState("Dit is de laatste beheerder van deze gemeente. Maak eerst een tweede.")
    _tell(actor, "membership_ended", town.id, held.account_id, held.id)
    _hand_over(town.id, held.account_id)
    return queries.membership(membership_id)


def leave(*, actor: Actor, account_id: uuid.UUID) -> list[int]:
    """Somebody leaves the towns that the actor manages: roles, sessions and invitations end this moment, in the database.

    The account itself closes when no role is left anywhere. What they had in hand is handed over by a job of each town.
    Gives the towns. Raises NotAllowed for oneself, InvalidState for a last administrator, NotFound.
    """
    if account_id == actor.account_id:
        raise NotAllowed("Over uw eigen rechten beslist een ander.")
    queries.person(account_id)
    towns = db.session.scalar(sa.text("select kcc_leave(:id)"), {"id": account_id})
    if towns is None:
        raise InvalidState("Dit is de laatste beheerder van deze gemeente. Maak eerst een tweede.")
    for town in towns:
        _tell(actor, "account_left", town, account_id, account_id)
        _hand_over(town, account_id)
    db.session.expire_all()
    return list(towns)


def invite(*, actor: Actor, account_id: uuid.UUID, municipality_id: int) -> Invitation:
    """Have a link mailed with which somebody sets password and code; one that was open is withdrawn first.

    For somebody who lost both it is the way back: the old ones hold until the link is used. Raises InvalidState for an
    account that is closed, NotFound.
    """
    someone = queries.person(account_id)
    if not someone.account.active or municipality_id not in {held.municipality_id for held in someone.memberships}:
        raise InvalidState("Dit account is gesloten. Geef eerst een rol.")
    if someone.invitation is not None:
        withdraw(actor=actor, invitation_id=someone.invitation.id)
    made = open_invitation(actor=actor, account_id=account_id, municipality_id=municipality_id)
    jobs.enqueue("people.invite", municipality_id=municipality_id, key=str(made.id), args={"invitation": str(made.id)})
    return made


def open_invitation(*, actor: Actor, account_id: uuid.UUID, municipality_id: int) -> Invitation:
    """An invitation that nobody mails: whoever makes a centre by command hands its link over."""
    made = Invitation(municipality_id=municipality_id, account_id=account_id, made_by_id=actor.account_id)
    db.session.add(made)
    db.session.flush()
    audit.record(
        actor=actor, verb="invited", subject_type="account", subject_id=account_id, municipality_id=municipality_id
    )
    return made


def withdraw(*, actor: Actor, invitation_id: uuid.UUID) -> None:
    """Take an invitation back: its link opens nothing any more. Raises NotFound when it is over or out of sight."""
    known = queries.invitation(invitation_id)
    if not db.session.scalar(sa.text("select kcc_withdraw_invitation(:id)"), {"id": invitation_id}):
        raise NotFound
    audit.record(
        actor=actor, verb="invitation_withdrawn", subject_type="account", subject_id=known.account_id,
        municipality_id=known.municipality_id,
    )  # fmt: skip


def rename(*, actor: Actor, account_id: uuid.UUID, name: str) -> Account:
    """Correct somebody's name. The address stays: it is how they are known. Raises InvalidInput (``name``), NotFound."""
    if not name.strip():
        raise InvalidInput("Vul de naam in.", field="name")
    someone = queries.person(account_id)
    if someone.account.name != name.strip():
        someone.account.name = name.strip()
        db.session.flush()
        audit.record(
            actor=actor, verb="account_renamed", subject_type="account", subject_id=account_id,
            municipality_id=someone.memberships[0].municipality_id, fields=["name"],
        )  # fmt: skip
    return someone.account


def _tell(actor: Actor, verb: str, town: int, account_id: uuid.UUID, subject: uuid.UUID) -> None:
    """The trace of a change of rights, and a word to open streams to ask anew what they may hear."""
    subject_type = "account" if subject == account_id else "membership"
    audit.record(actor=actor, verb=verb, subject_type=subject_type, subject_id=subject, municipality_id=town)
    db.session.flush()
    events.publish("rights", municipality_id=town, account_id=account_id)


def _hand_over(town: int, account_id: uuid.UUID) -> None:
    """What somebody had in hand goes to others: by a job, as it touches what an administrator may not read."""
    jobs.enqueue(
        "setup.hand_over", municipality_id=town, key=f"{account_id}:{new_id()}", args={"account": str(account_id)}
    )
