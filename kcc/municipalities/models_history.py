"""The table that keeps how each town was set up, and will be."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class SetupChange(TenantMixin, Base):
    """One change of how a town is set up: who, when, what it was and became, and from which day. Dutch: wijziging.

    ``before`` and ``after`` hold the fields that changed, as JSON; ``after`` is None for a thing that is taken away,
    ``before`` for one that is new. No personal data. A change without ``applied_at`` is still to come, unless it was
    cancelled or refused (``fault``) on its day.
    """

    __tablename__ = "setup_change"
    __table_args__ = tenant_key(
        tenant_reference("undone_by_id", "setup_change"),
        sa.Index(None, "municipality_id", "made_at", "id"),
        sa.Index(
            "ix_setup_change_to_come", "municipality_id", "effective_on",
            postgresql_where=sa.text("applied_at is null and cancelled_at is null and fault is null"),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    """Empty for a new thing that is still to come."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    effective_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    applied_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    fault: Mapped[str | None]
    undone_by_id: Mapped[uuid.UUID | None]
