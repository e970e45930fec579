"""Tables of the counter: visitors, by numbers and moments and nobody's name; and the kiosks that give them out."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class QueueNumber(TenantMixin, Base):
    """A visitor waiting at a counter on one day, such as B-014. Dutch: balienummer.

    ``state``: waiting, called, done or no_show. ``desk`` is where to go, as the screen in the hall says it.
    """

    __tablename__ = "queue_number"
    __policy__ = "whole"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        sa.UniqueConstraint("municipality_id", "entrance_id", "on_day", "number"),
        sa.CheckConstraint("state in ('waiting', 'called', 'done', 'no_show')", name="state"),
        tenant_reference("entrance_id", "entrance"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entrance_id: Mapped[int]
    on_day: Mapped[date]
    letter: Mapped[str] = mapped_column(sa.String(1))
    number: Mapped[int]
    topic_group: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="waiting")
    taken_at: Mapped[datetime] = mapped_column(Moment, default=now)
    first_called_at: Mapped[datetime | None] = mapped_column(Moment)
    called_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    desk: Mapped[str] = mapped_column(default="")
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    conversation_id: Mapped[uuid.UUID | None]

    @property
    def label(self) -> str:
        """As it stands on the ticket and the screen."""
        return f"{self.letter}-{self.number:03}"


class Kiosk(TenantMixin, Base):
    """A tablet in the hall at which visitors take a number themselves. Dutch: nummerzuil.

    The database knows the hash of its secret; the secret itself is made of the row's id when its address is shown.
    """

    __tablename__ = "kiosk"
    __table_args__ = tenant_key(
        tenant_reference("entrance_id", "entrance"), sa.Index("ix_kiosk_secret_hash", "secret_hash")
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entrance_id: Mapped[int]
    place: Mapped[str]
    """Where it stands, for who looks after it."""
    secret_hash: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
