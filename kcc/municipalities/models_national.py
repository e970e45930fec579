"""National lists, the same for everyone: municipalities as they were and are, postcodes, information areas of products;
and per town what an administrator took over from them."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin

LONG_AGO = date(1800, 1, 1)
"""The first day of what has no known beginning."""


class MunicipalityRegister(Base):
    """A municipality as the national tables know it, also those that are no more. Dutch: gemeentetabel.

    ``ended_on`` is the first day on which it was no more; from that day on its area is of ``successor_code``, when there is
    one (a municipality that was divided has none).
    """

    __tablename__ = "municipality_register"
    __shared__ = "a national list, the same for everyone"
    __policy__ = "national"
    __table_args__ = (sa.Index(None, "successor_code"),)

    code: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    name: Mapped[str]
    began_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    successor_code: Mapped[str | None] = mapped_column(sa.String(4))
    rsin: Mapped[str | None]


class PostcodeArea(Base):
    """A postcode of four digits: its place, and the municipality it was of from a day to a day. Dutch: postcodegebied.

    The municipality is the one that the list names; what became of it later stands in the register.
    """

    __tablename__ = "postcode_area"
    __shared__ = "a national list, the same for everyone"
    __policy__ = "national"
    __table_args__ = (sa.PrimaryKeyConstraint("pc4", "valid_from"),)

    pc4: Mapped[str] = mapped_column(sa.String(4))
    valid_from: Mapped[date] = mapped_column(default=LONG_AGO)
    valid_to: Mapped[date | None]
    place: Mapped[str]
    cbs_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality_register.code"))


class InformationArea(Base):
    """A subject of the European Single Digital Gateway, such as G1. Dutch: informatiegebied (SDG)."""

    __tablename__ = "information_area"
    __shared__ = "a national list, the same for everyone"
    __policy__ = "national"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    theme: Mapped[str]


class ProductArea(Base):
    """That a product belongs to an information area. Dutch: informatiegebied van een product."""

    __tablename__ = "product_area"
    __shared__ = "a national list, the same for everyone"
    __policy__ = "national"
    __table_args__ = (sa.PrimaryKeyConstraint("upn", "area_code"),)

    upn: Mapped[str] = mapped_column(sa.ForeignKey("product.upn"))
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("information_area.code"))


class MunicipalitySuccessor(TenantMixin, Base):
    """That an administrator took over which municipality comes after this one, from a day on. Dutch: opvolger.

    The list only proposes; nothing moves by this row alone. A merger is prepared from it.
    """

    __tablename__ = "municipality_successor"
    __table_args__ = (sa.PrimaryKeyConstraint("municipality_id"),)

    successor_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality_register.code"))
    on_day: Mapped[date]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    applied_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
