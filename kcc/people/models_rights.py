"""Tables of how rights come and are kept: invitations, proposals for administrators, the quarterly review."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)
OPEN = "ended_at is null"


class Invitation(TenantMixin, Base):
    """A link by mail with which somebody sets password and code. Dutch: uitnodiging.

    The link's secret is made by the job that mails it; its hash stands in the schema ``guard``. The application adds
    invitations and reads them; the guard's functions note that one was sent, used or withdrawn.
    """

    __tablename__ = "invitation"
    __policy__ = "invitation"
    __table_args__ = tenant_key(
        sa.Index("uq_invitation_open", "municipality_id", "account_id", unique=True, postgresql_where=sa.text(OPEN)),
        sa.Index(None, "account_id", "made_at"),
        sa.CheckConstraint("outcome in ('', 'accepted', 'withdrawn')", name="outcome"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(default="")


class RightsProposal(TenantMixin, Base):
    """That somebody should become an administrator, for a second administrator to confirm. Dutch: voorstel beheerder.

    Only ``kcc_decide_proposal`` decides, and only it writes the membership: four eyes, in the database.
    """

    __tablename__ = "rights_proposal"
    __policy__ = "proposal"
    __table_args__ = tenant_key(
        sa.Index(
            "uq_rights_proposal_open", "municipality_id", "account_id", unique=True,
            postgresql_where=sa.text("decided_at is null"),
        ),
        sa.Index(None, "municipality_id", "proposed_at"),
        sa.CheckConstraint("decision in ('', 'confirmed', 'refused', 'withdrawn')", name="decision"),
        sa.CheckConstraint("decision not in ('confirmed', 'refused') or decided_by_id <> proposed_by_id", name="four_eyes"),
        sa.CheckConstraint("decision <> 'confirmed' or decided_by_id <> account_id", name="not_oneself"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    valid_from: Mapped[datetime] = mapped_column(Moment, default=now)
    valid_to: Mapped[datetime | None] = mapped_column(Moment)
    proposed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    proposed_by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    decision: Mapped[str] = mapped_column(default="")


class MembershipReview(TenantMixin, Base):
    """That somebody looked in a quarter whether a role is still needed: kept or ended. Dutch: rechtencontrole."""

    __tablename__ = "membership_review"
    __policy__ = "reviewed"
    __table_args__ = tenant_key(
        tenant_reference("membership_id", "membership"),
        sa.UniqueConstraint("municipality_id", "membership_id", "quarter"),
        sa.Index(None, "municipality_id", "quarter"),
        sa.CheckConstraint("verdict in ('keep', 'end')", name="verdict"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    membership_id: Mapped[uuid.UUID]
    quarter: Mapped[date]
    """The first day of the quarter."""
    verdict: Mapped[str]
    reviewed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    reviewed_by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
