"""The kinds of table, and ids."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.db import Base, CentreMixin, TenantMixin, new_id


def test_a_table_that_says_nothing_of_its_owner_does_not_build() -> None:
    with pytest.raises(TypeError, match="must be municipal"):

        class Nobodys(Base):
            __tablename__ = "nobodys"
            id: Mapped[int] = mapped_column(primary_key=True)


def test_a_table_cannot_be_of_a_town_and_of_the_centre() -> None:
    with pytest.raises(TypeError):

        class Both(TenantMixin, CentreMixin, Base):
            __tablename__ = "both"
            id: Mapped[int] = mapped_column(primary_key=True)


def test_ids_are_version_seven_and_rise_with_time() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {each.version for each in made} == {7}
    stamps = [each.int >> 80 for each in made]
    assert stamps == sorted(stamps)
