"""Tables of parties, how they are reached, how they are identified, and who looked."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference


class Party(TenantMixin, Base):
    """A citizen or organisation within one municipality. Dutch: partij."""

    __tablename__ = "party"
    __data_class__ = "person"
    __policy__ = "party"
    __table_args__ = tenant_key(
        sa.Index(None, "municipality_id", "postcode", "house_number"),
        sa.Index(
            "ix_party_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(default="person")
    name: Mapped[str]
    search_name: Mapped[str]
    language: Mapped[str] = mapped_column(default="nl")
    is_secret: Mapped[bool] = mapped_column(default=False)
    postcode: Mapped[str | None]
    house_number: Mapped[str | None]
    street: Mapped[str | None]
    place: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class DigitalAddress(TenantMixin, Base):
    """A phone number or e-mail address of a party. Dutch: digitaal adres."""

    __tablename__ = "digital_address"
    __data_class__ = "person"
    __policy__ = "party_child"
    __table_args__ = tenant_key(
        tenant_reference("party_id", "party", ondelete="CASCADE"),
        sa.Index("ix_digital_address_heard", "municipality_id", sa.text("lower(address)")),
        sa.Index(None, "municipality_id", "party_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    party_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    address: Mapped[str]
    as_given: Mapped[str]
    preferred: Mapped[bool] = mapped_column(default=False)


class PartyIdentifier(TenantMixin, Base):
    """A BSN (encrypted; found through a keyed hash) or KVK number. Dutch: partij-identificator."""

    __tablename__ = "party_identifier"
    __data_class__ = "person"
    __policy__ = "party_child"
    __table_args__ = tenant_key(
        tenant_reference("party_id", "party", ondelete="CASCADE"),
        sa.UniqueConstraint("municipality_id", "kind", "lookup_hash"),
        sa.UniqueConstraint("municipality_id", "party_id", "kind"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    party_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    ciphertext: Mapped[bytes]
    lookup_hash: Mapped[bytes]
    masked: Mapped[str]


class AccessRecord(TenantMixin, Base):
    """Evidence that somebody looked at personal data, why, and whether it was given. Dutch: verwerkingslogregel."""

    __tablename__ = "access_record"
    __data_class__ = "access"
    __policy__ = "evidence"
    __table_args__ = tenant_key(sa.Index(None, "municipality_id", "at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    account_id: Mapped[uuid.UUID | None]
    what: Mapped[str]
    party_id: Mapped[uuid.UUID | None]
    conversation_id: Mapped[uuid.UUID | None]
    ticket_id: Mapped[uuid.UUID | None]
    reason: Mapped[str]
    found: Mapped[int] = mapped_column(default=0)
