"""Tables of centres, municipalities and how each has organised itself."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kcc.core.db import Base, CentreMixin, TenantMixin, centre_reference, tenant_key, tenant_reference


class Centre(Base):
    """A partnership of municipalities that pools its agents. Dutch: samenwerkingsverband."""

    __tablename__ = "centre"
    __shared__ = "the centre itself; shown to those who hold a role in one of its municipalities"
    __policy__ = "centre_self"

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Municipality(Base):
    """A tenant. Dutch: gemeente."""

    __tablename__ = "municipality"
    __shared__ = "the tenant itself; its id is what other tables carry"
    __policy__ = "municipality_self"
    __table_args__ = (sa.UniqueConstraint("centre_id", "id"), sa.UniqueConstraint("centre_id", "short_code"))

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    centre_id: Mapped[int] = mapped_column(sa.ForeignKey("centre.id"))
    name: Mapped[str]
    short_code: Mapped[str] = mapped_column(sa.String(4))
    cbs_code: Mapped[str] = mapped_column(sa.String(4))
    rsin: Mapped[str | None]
    oin: Mapped[str | None]
    inhabitants: Mapped[int | None]
    accent: Mapped[int] = mapped_column(default=1)
    greeting: Mapped[str]
    zone: Mapped[str] = mapped_column(default="Europe/Amsterdam")
    joined_on: Mapped[date | None]
    """The day from which it takes part; None while it is being prepared."""
    left_on: Mapped[date | None]
    good_friday: Mapped[bool] = mapped_column(default=False)
    liberation_day: Mapped[str] = mapped_column(default="lustrum")
    christmas_eve_closes_at: Mapped[time | None]
    new_years_eve_closes_at: Mapped[time | None]
    variables: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    logo: Mapped[str | None]
    """The SHA-256 of the picture it has now, one of its ``town_logo``; no reference, as those refer to the town."""

    centre: Mapped[Centre] = relationship(lazy="raise_on_sql")


class TownLogo(TenantMixin, Base):
    """A picture of a town, now or earlier: a checked PNG, known by its SHA-256. Dutch: logo."""

    __tablename__ = "town_logo"
    __table_args__ = (sa.PrimaryKeyConstraint("municipality_id", "sha256"),)

    sha256: Mapped[str]
    picture: Mapped[bytes]


class Entrance(TenantMixin, Base):
    """A way in that decides the municipality: phone number, mailbox, form or counter. Dutch: ingang."""

    __tablename__ = "entrance"
    __table_args__ = tenant_key(
        sa.UniqueConstraint("municipality_id", "kind", "address"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "topic_id"], ["topic_route.municipality_id", "topic_route.topic_id"]
        ),
    )

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    kind: Mapped[str]
    address: Mapped[str]
    label: Mapped[str]
    topic_id: Mapped[int | None]
    """What nearly all that comes in here is about, such as the mailbox for waste."""
    active: Mapped[bool] = mapped_column(default=True)


class OpeningHours(TenantMixin, Base):
    """One opening block on a weekday (0 is Monday); a lunch break makes two. Dutch: openingstijden."""

    __tablename__ = "opening_hours"
    __table_args__ = tenant_key(sa.CheckConstraint("opens < closes", name="opens_first"))

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    weekday: Mapped[int] = mapped_column(sa.SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]


class ClosingDay(TenantMixin, Base):
    """A day on which this municipality is closed besides the holidays it observes. Dutch: sluitingsdag."""

    __tablename__ = "closing_day"
    __table_args__ = tenant_key(sa.UniqueConstraint("municipality_id", "on_day"))

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    on_day: Mapped[date]
    closes_at: Mapped[time | None]
    label: Mapped[str]


class ServiceAgreement(TenantMixin, Base):
    """What is agreed for one channel from a date on. Dutch: dienstverleningsovereenkomst (DVO)."""

    __tablename__ = "service_agreement"
    __table_args__ = tenant_key()

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    channel: Mapped[str]
    percent: Mapped[int]
    within_seconds: Mapped[int]
    answer_amount: Mapped[int]
    answer_unit: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Department(TenantMixin, Base):
    """A department or group of one municipality, known by id, never by name. Dutch: afdeling, groep."""

    __tablename__ = "department"
    __table_args__ = tenant_key(
        sa.UniqueConstraint("municipality_id", "key"),
        tenant_reference("parent_id", "department"),
        tenant_reference("fallback_id", "department"),
    )

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="afdeling")
    mailbox: Mapped[str | None]
    phone: Mapped[str | None]
    parent_id: Mapped[int | None]
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """When it can be reached: blocks by weekday, as in ``setup_change`` of opening hours; None: as the town is open."""
    deputy_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    """Who decides for it when nobody of it can be reached."""
    fallback_id: Mapped[int | None]
    """Where its questions go while it is not active."""
    active: Mapped[bool] = mapped_column(default=True)


class Product(Base):
    """An entry of the national list of uniform product names. Dutch: product (UPL)."""

    __tablename__ = "product"
    __shared__ = "a national list, the same for everyone"
    __policy__ = "national"

    upn: Mapped[str] = mapped_column(primary_key=True)
    uri: Mapped[str]
    for_municipality: Mapped[bool] = mapped_column(default=False)
    for_citizen: Mapped[bool] = mapped_column(default=False)
    for_business: Mapped[bool] = mapped_column(default=False)
    law_label: Mapped[str | None]
    law_url: Mapped[str | None]


class Topic(CentreMixin, Base):
    """What a question is about, with the UPN where there is one. Dutch: onderwerp."""

    __tablename__ = "topic"
    __table_args__ = (sa.UniqueConstraint("centre_id", "id"), sa.UniqueConstraint("centre_id", "key"))

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    key: Mapped[str]
    name: Mapped[str]
    group_name: Mapped[str]
    upn: Mapped[str | None] = mapped_column(sa.ForeignKey("product.upn"))
    synonyms: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    needs_bsn: Mapped[bool] = mapped_column(default=False)


class TopicRoute(TenantMixin, Base):
    """A topic as one municipality offers it: which department answers, within what term. Dutch: route.

    Tickets refer to this pair, so that no ticket carries a topic its municipality does not have.
    """

    __tablename__ = "topic_route"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "topic_id"),
        tenant_reference("department_id", "department"),
        centre_reference("topic_id", "topic"),
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
    )

    topic_id: Mapped[int]
    centre_id: Mapped[int]
    department_id: Mapped[int]
    term_amount: Mapped[int | None]
    term_unit: Mapped[str | None]
    questions: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    active: Mapped[bool] = mapped_column(default=True)


class UsefulLink(TenantMixin, Base):
    """A link that agents need for one municipality. Dutch: nuttige link."""

    __tablename__ = "useful_link"
    __table_args__ = tenant_key()

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    label: Mapped[str]
    url: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)


class Incident(TenantMixin, Base):
    """Something many call about now: one key logs the call. Dutch: storing."""

    __tablename__ = "incident"
    __table_args__ = tenant_key(
        sa.ForeignKeyConstraint(
            ["municipality_id", "topic_id"], ["topic_route.municipality_id", "topic_route.topic_id"]
        )
    )

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    topic_id: Mapped[int]
    title: Mapped[str]
    answer: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
