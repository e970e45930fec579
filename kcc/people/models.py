"""Tables of accounts and of what each may be, where, and from when to when."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference


class Account(Base):
    """A person who can sign in. Dutch: account (medewerker)."""

    __tablename__ = "account"
    __shared__ = "one person may work for several municipalities; shown to those who share one with them"
    __policy__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    locale: Mapped[str] = mapped_column(default="nl")
    shortcuts_on: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


class Membership(TenantMixin, Base):
    """A role of an account in one municipality, from a date to a date. Dutch: rol."""

    __tablename__ = "membership"
    __policy__ = "membership"
    __table_args__ = tenant_key(sa.Index(None, "account_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    role: Mapped[str]
    valid_from: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    valid_to: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))


class DepartmentMember(TenantMixin, Base):
    """Works for a department; with the working days and deputy that the colleague finder shows. Dutch: afdelingslid."""

    __tablename__ = "department_member"
    __table_args__ = tenant_key(
        tenant_reference("department_id", "department"),
        sa.UniqueConstraint("municipality_id", "department_id", "account_id"),
        sa.Index(None, "account_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    department_id: Mapped[int]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    phone: Mapped[str | None]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(sa.SmallInteger), default=lambda: [0, 1, 2, 3, 4])
    absent_until: Mapped[date | None]
    deputy_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))


class SavedView(Base):
    """A person's own named filter of a list. Dutch: weergave."""

    __tablename__ = "saved_view"
    __shared__ = "belongs to one account, wherever that works"
    __policy__ = "own_account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    list_name: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
