"""Tables of what was decided about a municipality that merges or leaves."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class Succession(TenantMixin, Base):
    """That a municipality goes on as another from a day on, or leaves. Dutch: samenvoeging of vertrek.

    Who signed it and how far it is stands where the application cannot write (``guard.succession_signature``, ``_run``).
    """

    __tablename__ = "succession"
    __table_args__ = tenant_key(
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
        sa.ForeignKeyConstraint(["centre_id", "successor_id"], ["municipality.centre_id", "municipality.id"]),
        sa.CheckConstraint("kind in ('merger', 'leaving')", name="kind"),
        sa.CheckConstraint("(kind = 'merger') = (successor_id is not null)", name="successor"),
        sa.CheckConstraint("successor_id <> municipality_id", name="other"),
        # One plan at a time: a town goes one way.
        sa.Index(
            "uq_succession_planned", "municipality_id", unique=True, postgresql_where=sa.text("cancelled_at is null")
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    centre_id: Mapped[int]
    kind: Mapped[str] = mapped_column(default="merger")
    successor_id: Mapped[int | None]
    on_day: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    compared_at: Mapped[datetime | None] = mapped_column(Moment)
    compared: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What the dry run found: numbers, and names of set-up; nobody's data."""
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)


class SuccessionChoice(TenantMixin, Base):
    """One line of the mapping that people review: what becomes of a department, a route, an addition. Dutch: keuze.

    ``subject`` is the id in the old town; ``choice`` the id of what takes its place, or a word (``new``, ``successor``, …).
    """

    __tablename__ = "succession_choice"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "succession_id", "kind", "subject"),
        tenant_reference("succession_id", "succession", ondelete="CASCADE"),
        sa.CheckConstraint("kind in ('department', 'route', 'overlay', 'parties')", name="kind"),
    )

    succession_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    subject: Mapped[str]
    choice: Mapped[str]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    """Who changed it; None while it is what KCC proposed."""


class DepartureCertificate(CentreMixin, Base):
    """That a municipality left: what it was given, what was removed, and that the others stayed as they were. Dutch: verklaring van vertrek.

    Written once by the database when nothing of the town is left. ``others_before`` and ``others_after`` hold for each other
    town and table the number of rows and a sum over what stands in them.
    """

    __tablename__ = "departure_certificate"
    __policy__ = "whole_centre"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    town_name: Mapped[str]
    cbs_code: Mapped[str]
    municipality_number: Mapped[int]
    on_day: Mapped[date]
    closed_at: Mapped[datetime] = mapped_column(Moment)
    exported_at: Mapped[datetime] = mapped_column(Moment)
    removed_at: Mapped[datetime] = mapped_column(Moment)
    manifest: Mapped[dict[str, Any]] = mapped_column(JSONB)
    removed: Mapped[dict[str, Any]] = mapped_column(JSONB)
    accounts: Mapped[int]
    others_before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    others_after: Mapped[dict[str, Any]] = mapped_column(JSONB)

    @property
    def others_equal(self) -> bool:
        """Whether every other town has the same rows with the same content as before."""
        return self.others_before == self.others_after

    @property
    def predecessors(self) -> list[str]:
        """Names of the towns that once went on as this one, of which all that was kept left with it."""
        return list(self.manifest.get("towns", []))[1:]
