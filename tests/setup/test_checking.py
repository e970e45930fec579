"""Everything that is wrong at once: a broken installation is told all of it, a whole one is not bothered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kcc.config import Settings
from kcc.setup import checking
from tests.support.world import World


@pytest.fixture
def good(settings: Settings) -> Settings:
    """Settings as they ought to be in service."""
    return replace(
        settings, public_url="https://kcc.example", smtp_url="smtp://127.0.0.1:1", mail_from="kcc@kcc.example",
        clamd="127.0.0.1:3310", metrics_token="x" * 32,
    )  # fmt: skip


def test_good_settings_and_a_good_database_need_nothing(world: World, good: Settings) -> None:
    assert list(checking.of_settings(good)) == []
    assert list(checking.of_database(good)) == []


def test_each_bad_setting_is_told_with_what_to_do(world: World, good: Settings) -> None:
    bad = replace(
        good, public_url="http://x", smtp_url=None, mail_from="kcc@localhost", clamd=None, metrics_token=None,
        data_key=b"a" * 32, platform_url=None, files_path="/proc/kcc",
    )  # fmt: skip
    lines = list(checking.of_settings(bad))
    assert {line.subject.split(",")[0] for line in lines} == {
        "KCC_PUBLIC_URL", "KCC_SMTP_URL", "KCC_MAIL_FROM", "KCC_CLAMD", "KCC_METRICS_TOKEN", "KCC_DATA_KEY", "KCC_PLATFORM_URL",
    } | ({"KCC_FILES"} & {line.subject for line in lines})  # fmt: skip
    assert all(line.advice for line in lines)


def test_a_table_without_row_security_and_tables_of_another_version_are_found(world: World, good: Settings) -> None:
    with world.admin() as admin:
        admin.execute("alter table ticket no force row level security")
        admin.execute("update alembic_version set version_num = '0001'")
        try:
            seen = " ".join(line.seen for line in checking.of_database(good))
        finally:
            admin.execute("alter table ticket force row level security")
            admin.execute("update alembic_version set version_num = %s", (checking.HEAD.read_text().strip(),))
    assert "table ticket is open" in seen and "0001, verwacht" in seen


def test_the_command_tells_of_every_centre_and_fails_when_something_is_wrong(world: World) -> None:
    with world.admin() as admin:
        admin.execute("delete from opening_hours where municipality_id = %s", (world.towns["Drunen"],))
    result = world.app.test_cli_runner().invoke(args=["check", "--json"])
    lines = json.loads(result.output)
    assert result.exit_code == 1
    assert ("zuid", "Geen openingstijden", "Drunen") in {
        (each["where"], each["subject"], each["seen"]) for each in lines
    }
    words = world.app.test_cli_runner().invoke(args=["check"]).output
    assert "FOUT   zuid: Geen openingstijden: Drunen." in words
