"""Tables of imports: a run of one file, the rows it refused, what it made, and the columns that were chosen last time."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class ImportRun(TenantMixin, Base):
    """A file that is taken over: how it is read, how far it is, and what became of its rows. Dutch: import.

    A list of the country is filed under the town whose administrator began it. ``place`` counts characters of the file and
    ``line`` its lines: where the next chunk begins. The bytes stand in the file store under this row's id while
    ``file_kept``. Counts are of the last pass, a trial (``dry_run``) or a real one.
    """

    __tablename__ = "import_run"
    __table_args__ = tenant_key(
        sa.CheckConstraint(
            "state in ('new', 'ready', 'running', 'done', 'stopped', 'undoing', 'undone')", name="state"
        ),
        sa.Index(None, "made_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="new")
    dry_run: Mapped[bool] = mapped_column(default=True)
    file_name: Mapped[str]
    file_kept: Mapped[bool] = mapped_column(default=True)
    sha256: Mapped[bytes]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    encoding: Mapped[str]
    separator: Mapped[str]
    columns: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    filled: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    """Of each column, in how many rows it says something."""
    start_place: Mapped[int]
    start_line: Mapped[int]
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    place: Mapped[int] = mapped_column(default=0)
    line: Mapped[int] = mapped_column(default=0)
    passes: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_read: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
    """Rows about a thing that an earlier row of the same file already gave."""
    kept: Mapped[int] = mapped_column(default=0)
    """Left as a person made it here since."""
    refused: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    left_behind: Mapped[int] = mapped_column(default=0)
    """What undoing had to leave, because it is in use."""
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


class ImportRefusal(TenantMixin, Base):
    """Why a row (or one cell of it) was not taken over: line, column and a word of ours, never what stood there. Dutch: geweigerde regel."""

    __tablename__ = "import_refusal"
    __table_args__ = tenant_key(
        tenant_reference("run_id", "import_run", ondelete="CASCADE"),
        sa.Index(None, "municipality_id", "run_id", "line", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[uuid.UUID]
    line: Mapped[int]
    field: Mapped[str] = mapped_column(default="")
    code: Mapped[str]


class ImportRecord(TenantMixin, Base):
    """What a run made, by the name that its source gives it: known again next time, and what undoing removes. Dutch: herkomst."""

    __tablename__ = "import_record"
    __data_class__ = "figures"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "kind", "key"),
        tenant_reference("run_id", "import_run"),
        sa.Index(None, "municipality_id", "run_id", "key"),
    )

    kind: Mapped[str]
    key: Mapped[str] = mapped_column(sa.String(collation="C"))
    run_id: Mapped[uuid.UUID]
    subject: Mapped[str]


class ImportMapping(TenantMixin, Base):
    """Which column was chosen for which field in a town's last file of a kind. Dutch: kolomkeuze."""

    __tablename__ = "import_mapping"
    __table_args__ = (sa.PrimaryKeyConstraint("municipality_id", "kind"),)

    kind: Mapped[str]
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
