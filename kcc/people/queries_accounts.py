"""What who manages people reads of them: lists, one person, invitations, proposals, reviews."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities.models import Municipality
from kcc.people.models import Account, DepartmentMember, Membership
from kcc.people.models_rights import Invitation, MembershipReview, RightsProposal

MOST_FOUND = 60


@dataclass(frozen=True)
class PeopleFilter:
    """What a list of people shows: a role and a town (all when empty), those who work here or those who left."""

    role: str = ""
    municipality_id: int | None = None
    gone: bool = False


@dataclass
class Someone:
    """A person on the list: the account, the roles in sight, and how far an invitation is."""

    account: Account
    memberships: list[Membership] = field(default_factory=list)
    invitation: Invitation | None = None
    has_password: bool = False
    has_code: bool = False


@dataclass(frozen=True)
class OpenProposal:
    """That somebody should administer a town, as whoever may see it reads it."""

    id: uuid.UUID
    municipality_id: int
    town: str
    account_id: uuid.UUID
    name: str
    email: str
    proposed_by: str
    proposed_at: datetime
    may_decide: bool
    is_mine: bool


@dataclass(frozen=True)
class OpenEmailChange:
    """Another address for somebody, as who manages people reads it; ``approved`` once it waits for the new mailbox only."""

    id: uuid.UUID
    account_id: uuid.UUID
    municipality_id: int
    name: str
    old_email: str
    new_email: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime | None
    approved: bool
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True)
class OpenWork:
    """How much open work somebody has in a town, by kind: ``item``, ``task``, ``task_deputy``, ``conversation``."""

    municipality_id: int
    kind: str
    number: int


def holds_at(at: datetime) -> sa.ColumnElement[bool]:
    """That a membership holds at a moment, or will later on."""
    return sa.or_(Membership.valid_to.is_(None), Membership.valid_to > at)


def people(asked: PeopleFilter, after: uuid.UUID | None, size: int) -> list[Someone]:
    """A page of people by name, ``size + 1`` of them; ``after`` is who stood last on the page before."""
    statement = _asked(asked).order_by(sa.func.lower(Account.name), Account.id).limit(size + 1)
    if after is not None:
        last = aliased(Account)
        place = sa.select(sa.func.lower(last.name), last.id).where(last.id == after).subquery()
        row = db.session.execute(sa.select(place)).first()
        if row is not None:
            statement = statement.where(
                sa.tuple_(sa.func.lower(Account.name), Account.id) > sa.tuple_(row[0], sa.literal(row[1], sa.Uuid()))
            )
    return _dressed(list(db.session.scalars(statement)))


def found(text: str, asked: PeopleFilter) -> list[Someone]:
    """People of whom every typed word stands in name or address; at most 60."""
    statement = _asked(asked).order_by(sa.func.lower(Account.name), Account.id).limit(MOST_FOUND)
    for word in text.split():
        statement = statement.where(
            sa.or_(Account.name.icontains(word, autoescape=True), Account.email.icontains(word, autoescape=True))
        )
    return _dressed(list(db.session.scalars(statement)))


def person(account_id: uuid.UUID) -> Someone:
    """One person with every role in sight, those that are over included. Raises NotFound."""
    account = db.session.scalar(
        sa.select(Account).where(Account.id == account_id, _works_in_sight()).execution_options(populate_existing=True)
    )
    if account is None:
        raise NotFound
    return _dressed([account])[0]


def membership(membership_id: uuid.UUID) -> Membership:
    """A role of somebody. Raises NotFound."""
    row = db.session.scalar(
        sa.select(Membership).where(Membership.id == membership_id).execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row


def same_role(municipality_id: int, account_id: uuid.UUID, role: str) -> Membership | None:
    """The role that somebody has already, or will have."""
    return db.session.scalar(
        sa.select(Membership).where(
            Membership.municipality_id == municipality_id,
            Membership.account_id == account_id,
            Membership.role == role,
            holds_at(now()),
        )
    )


def invitation(invitation_id: uuid.UUID) -> Invitation:
    """An invitation. Raises NotFound."""
    row = db.session.scalar(
        sa.select(Invitation).where(Invitation.id == invitation_id).execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row


def open_invitation(account_id: uuid.UUID) -> Invitation | None:
    """The invitation of somebody that is still open, of the towns in sight."""
    return db.session.scalar(
        sa.select(Invitation)
        .where(Invitation.account_id == account_id, Invitation.ended_at.is_(None))
        .order_by(Invitation.made_at.desc())
        .limit(1)
    )


def open_work(account_id: uuid.UUID) -> list[OpenWork]:
    """What would be handed over when somebody left now: numbers by town and kind."""
    rows = db.session.execute(sa.text("select * from kcc_open_work(:a) order by 1, 2"), {"a": account_id})
    return [OpenWork(row.municipality_id, row.kind, int(row.n)) for row in rows]


def open_proposals() -> list[OpenProposal]:
    """Proposals for administrators that are not decided: of one's own towns, and of others for which one is the second."""
    return [
        OpenProposal(
            row.proposal_id, row.municipality_id, row.town, row.account_id, row.name, row.email, row.proposed_by,
            row.proposed_at, row.may_decide, row.is_mine,
        )
        for row in db.session.execute(sa.text("select * from kcc_open_proposals()"))
    ]  # fmt: skip


def open_email_changes() -> list[OpenEmailChange]:
    """Changes of address that are not over: of people of one's own towns, and of others for whom one is the second."""
    rows = db.session.execute(sa.text("select * from kcc_open_email_changes()"))
    return [OpenEmailChange(*row) for row in rows]


def decided_proposals(most: int = 30) -> Sequence[sa.Row[RightsProposal, str, str, str | None]]:
    """What was decided last: the proposal, whose it was, who proposed and who decided."""
    beneficiary, proposer, decider = aliased(Account), aliased(Account), aliased(Account)
    return db.session.execute(
        sa.select(RightsProposal, beneficiary.name, proposer.name, decider.name)
        .join(beneficiary, beneficiary.id == RightsProposal.account_id)
        .join(proposer, proposer.id == RightsProposal.proposed_by_id)
        .outerjoin(decider, decider.id == RightsProposal.decided_by_id)
        .where(RightsProposal.decided_at.is_not(None))
        .order_by(RightsProposal.proposed_at.desc())
        .limit(most)
    ).all()


def to_review(
    municipality_ids: Collection[int], quarter: date, before: datetime
) -> Sequence[sa.Row[Membership, Account, MembershipReview | None]]:
    """Roles of towns that held before ``before`` (the quarter's first moment, UTC), with the verdict of this quarter."""
    return db.session.execute(
        sa.select(Membership, Account, MembershipReview)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(
            MembershipReview,
            sa.and_(
                MembershipReview.municipality_id == Membership.municipality_id,
                MembershipReview.membership_id == Membership.id,
                MembershipReview.quarter == quarter,
            ),
        )
        .where(
            Membership.municipality_id.in_(municipality_ids),
            Membership.valid_from < before,
            sa.or_(holds_at(now()), MembershipReview.id.is_not(None)),
        )
        .order_by(Membership.municipality_id, sa.func.lower(Account.name), Membership.role, Membership.id)
    ).all()


def unreviewed(quarter: date, before: datetime) -> dict[int, int]:
    """For each town in sight how many roles still wait for a look in this quarter; towns with none are left out."""
    reviewed = sa.exists().where(
        MembershipReview.municipality_id == Membership.municipality_id,
        MembershipReview.membership_id == Membership.id,
        MembershipReview.quarter == quarter,
    )
    rows = db.session.execute(
        sa.select(Membership.municipality_id, sa.func.count())
        .where(Membership.valid_from < before, holds_at(now()), ~reviewed)
        .group_by(Membership.municipality_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def review_history(municipality_id: int, most: int = 12) -> Sequence[sa.Row[date, int, int, datetime, str]]:
    """Of each quarter: how many roles were kept and ended, when last, and by whom."""
    kept = sa.func.count().filter(MembershipReview.verdict == "keep")
    ended = sa.func.count().filter(MembershipReview.verdict == "end")
    names = sa.func.string_agg(sa.distinct(Account.name), sa.literal(", "))
    return db.session.execute(
        sa.select(MembershipReview.quarter, kept, ended, sa.func.max(MembershipReview.reviewed_at), names)
        .join(Account, Account.id == MembershipReview.reviewed_by_id)
        .where(MembershipReview.municipality_id == municipality_id)
        .group_by(MembershipReview.quarter)
        .order_by(MembershipReview.quarter.desc())
        .limit(most)
    ).all()


def administrators(municipality_id: int) -> set[uuid.UUID]:
    """Who administers a town now."""
    moment = now()
    return set(
        db.session.scalars(
            sa.select(Membership.account_id).where(
                Membership.municipality_id == municipality_id,
                Membership.role == "administrator",
                Membership.valid_from <= moment,
                holds_at(moment),
            )
        )
    )


def departments_of_person(account_id: uuid.UUID) -> list[DepartmentMember]:
    """The departments for which somebody works, in sight."""
    return list(
        db.session.scalars(
            sa.select(DepartmentMember)
            .where(DepartmentMember.account_id == account_id)
            .order_by(DepartmentMember.municipality_id, DepartmentMember.id)
        )
    )


def _works_in_sight() -> sa.ColumnElement[bool]:
    return sa.exists().where(Membership.account_id == Account.id)


def _asked(asked: PeopleFilter) -> sa.Select[Account]:
    holds = sa.exists().where(Membership.account_id == Account.id)
    if asked.municipality_id is not None:
        holds = holds.where(Membership.municipality_id == asked.municipality_id)
    if asked.role:
        holds = holds.where(Membership.role == asked.role)
    current = holds.where(holds_at(now()))
    return sa.select(Account).where(sa.and_(holds, ~current) if asked.gone else current)


def _dressed(accounts: list[Account]) -> list[Someone]:
    found = {account.id: Someone(account) for account in accounts}
    if not found:
        return []
    ids = list(found)
    rows = db.session.scalars(
        sa.select(Membership)
        .join(Municipality, Municipality.id == Membership.municipality_id)
        .where(Membership.account_id.in_(ids))
        .order_by(Municipality.name, Membership.role, Membership.valid_from)
    )
    for row in rows:
        found[row.account_id].memberships.append(row)
    open_ones = sa.select(Invitation).where(Invitation.account_id.in_(ids), Invitation.ended_at.is_(None))
    for invited in db.session.scalars(open_ones.order_by(Invitation.made_at)):
        found[invited.account_id].invitation = invited
    passwords = db.session.execute(sa.text("select * from kcc_has_password(:ids)"), {"ids": ids})
    for known in passwords:
        found[known.account_id].has_password, found[known.account_id].has_code = True, known.second_factor
    return list(found.values())
