"""The table of files that came with questions and answers; the bytes stand in the file store."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class Attachment(TenantMixin, Base):
    """A file with a ticket: what it was called, what it is by its content, and whether it may be opened. Dutch: bijlage.

    ``subject_id`` is the mail, form or answer that brought it. The bytes stand in the file store under this row's id.
    ``internal`` files are for colleagues; the citizen may see the rest.
    """

    __tablename__ = "attachment"
    __policy__ = "ticket_child"
    __data_class__ = "person"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"),
        sa.CheckConstraint(
            "scan_state in ('not_scanned', 'waiting', 'clean', 'infected', 'refused', 'missing')", name="scan_state"
        ),
        sa.Index(None, "municipality_id", "ticket_id"),
        sa.Index(
            "ix_attachment_unscanned",
            "municipality_id",
            "kept_at",
            postgresql_where=sa.text("scan_state in ('not_scanned', 'waiting')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID]
    subject_id: Mapped[uuid.UUID | None]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[bytes]
    internal: Mapped[bool] = mapped_column(default=False)
    kept_at: Mapped[datetime] = mapped_column(Moment, default=now)
    scan_state: Mapped[str] = mapped_column(default="not_scanned")
    scanned_at: Mapped[datetime | None] = mapped_column(Moment)
    finding: Mapped[str] = mapped_column(default="")
    """What the scanner found, or why the file was refused; a word of the scanner's or of ours."""
