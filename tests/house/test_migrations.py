"""Migrations are numbered in a row, end where the file says, equal the models, and go down and up."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kcc.core import migrating, roles
from kcc.core.db import Base
from tests.house.catalogue import models
from tests.house.code import ROOT
from tests.support.databases import PASSWORDS, plain

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def empty_database(admin_url: str) -> Iterator[tuple[str, str]]:
    """The owner's and the administrator's URL of a database of this test's own."""
    name = f"kcc_test_{secrets.token_hex(4)}"
    owner_url = roles.prepare(admin_url, PASSWORDS, name)["KCC_OWNER_URL"]
    yield owner_url, plain(admin_url, database=name)
    with psycopg.connect(plain(admin_url), autocommit=True) as admin:
        admin.execute(f'drop database "{name}" with (force)')


def test_numbers_follow_each_other() -> None:
    numbers = [int(path.name[:4]) for path in VERSIONS]
    assert numbers == list(range(1, len(numbers) + 1))
    for number, path in enumerate(VERSIONS, 1):
        text = path.read_text()
        below = re.search(r"^down_revision = (.*)$", text, flags=re.M)
        assert f'revision = "{number:04d}"' in text
        assert below and below[1] == (f'"{number - 1:04d}"' if number > 1 else "None"), path.name


def test_the_current_head_is_written_down() -> None:
    assert (ROOT / "migrations" / ".current-head").read_text().strip() == f"{len(VERSIONS):04d}"


def test_models_equal_the_migrated_schema(urls: dict[str, str]) -> None:
    models()  # every room's, also when no other test has asked for them
    engine = sa.create_engine(urls["KCC_OWNER_URL"], poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [d for d in compare_metadata(context, Base.metadata) if "alembic_version" not in str(d)]
    assert differences == []


def test_down_leaves_nothing_and_up_makes_the_same_again(empty_database: tuple[str, str]) -> None:
    owner_url, admin_url = empty_database
    migrating.upgrade(owner_url)
    before = shape(admin_url)
    migrating.downgrade(owner_url, "base")
    assert {kind for kind, *_ in shape(admin_url)} <= {"extension"}
    migrating.upgrade(owner_url)
    assert shape(admin_url) == before


def shape(admin_url: str) -> list[tuple[str, ...]]:
    """Everything in the schemas public and guard, by kind, name and definition."""
    query = """
      select 'column', table_schema || '.' || table_name, column_name, data_type || is_nullable
        from information_schema.columns where table_schema in ('public', 'guard') and table_name <> 'alembic_version'
      union all select 'index', schemaname, indexname, indexdef from pg_indexes
        where schemaname in ('public', 'guard') and tablename <> 'alembic_version'
      union all select 'policy', tablename, policyname, coalesce(qual, '') || coalesce(with_check, '') from pg_policies
      union all select 'function', p.oid::regprocedure::text, coalesce(p.proacl::text, ''), p.prosrc from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'guard'::regnamespace)
        and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
      union all select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace in ('public'::regnamespace, 'guard'::regnamespace) and conrelid::regclass::text <> 'alembic_version'
      order by 1, 2, 3, 4"""
    with psycopg.connect(admin_url) as admin:
        return [tuple(map(str, row)) for row in admin.execute(query).fetchall()]
