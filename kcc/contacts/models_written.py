"""Tables of what was written: the only place of free text about citizens, and the index by which it is found."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference


class Writing(TenantMixin, Base):
    """A piece of text about a ticket: question, answer, note, what was told. Dutch: tekst (bericht of notitie).

    ``internal`` text is for colleagues; the rest may be read by the citizen.
    """

    __tablename__ = "writing"
    __policy__ = "ticket_child"
    __data_class__ = "person"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"), sa.Index(None, "municipality_id", "ticket_id", "at")
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    account_id: Mapped[uuid.UUID | None]
    kind: Mapped[str]
    internal: Mapped[bool] = mapped_column(default=True)
    body: Mapped[str]


class TicketTerms(TenantMixin, Base):
    """The words by which a ticket is found: reference, names, numbers and all that was written. Dutch: zoekindex."""

    __tablename__ = "ticket_terms"
    __policy__ = "ticket_child"
    __data_class__ = "person"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "ticket_id"),
        tenant_reference("ticket_id", "ticket", ondelete="CASCADE"),
        # A short list of words not yet sorted in: each search reads all of that list.
        sa.Index(
            "ix_ticket_terms_terms", "terms", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 256}
        ),
        sa.Index("ix_ticket_terms_recent", "opened_at", "ticket_id"),
    )

    ticket_id: Mapped[uuid.UUID]
    opened_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    terms: Mapped[Any] = mapped_column(TSVECTOR)
