"""One real PostgreSQL for the run, a migrated database for each worker, and pages that judge themselves."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from kcc.app import create_app
from kcc.config import Settings
from kcc.core.db import db
from kcc.launch.postgres import EmbeddedPostgres
from tests.support.databases import drop, migrated, plain
from tests.support.world import World, build_world

# Property tests judge answers, not how busy the machine is, and try the same cases in every run.
hypothesis_settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
hypothesis_settings.load_profile("house")
ROOT = Path(__file__).resolve().parent.parent


class JourneysTogether(LoadScopeScheduling):
    """All journeys in one worker, from the start: two would each load the demonstration centre and start its processes."""

    def _split_scope(self, nodeid: str) -> str:
        """What stays together; the largest goes first."""
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How tests are spread over workers."""
    return JourneysTogether(config, log)


@pytest.fixture(scope="session")
def admin_url() -> str:
    """The server of this run: given by the command that runs the tests, or started here."""
    given = os.environ.get("KCC_TEST_ADMIN_URL")
    return given or EmbeddedPostgres(ROOT / "var" / "test-postgres", fast=True).start()


@pytest.fixture(scope="session")
def urls(admin_url: str) -> Iterator[dict[str, str]]:
    """A database of its own for this worker, migrated, with the four roles."""
    name = f"kcc_test_{secrets.token_hex(4)}"
    made = migrated(admin_url, name)
    made["ADMIN"] = plain(admin_url, database=name)
    yield made
    drop(admin_url, name)


@pytest.fixture(scope="session")
def settings(urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings as a process would read them, with secrets of this run."""
    return Settings(
        app_url=urls["KCC_APP_URL"],
        platform_url=urls["KCC_PLATFORM_URL"],
        owner_url=urls["KCC_OWNER_URL"],
        secret_key=secrets.token_hex(32),
        data_key=base64.b64decode(base64.b64encode(secrets.token_bytes(32))),
        pool_size=12,
        files_path=str(tmp_path_factory.mktemp("files")),
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application, connected as the role that it has in service."""
    made = create_app(settings, testing=True)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def base_world(app: Flask, urls: dict[str, str]) -> World:
    """Two centres, three towns in the first; built once for the run."""
    return build_world(app, urls["ADMIN"])


@pytest.fixture
def world(base_world: World, app: Flask) -> Iterator[World]:
    """The world for one test; what tests make in it is emptied afterwards, its towns and people stay."""
    with app.app_context():
        yield base_world
        db.session.rollback()
    base_world.put_back()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright: one for the run, because a process can drive only one."""
    path = os.environ.get("KCC_CHROMIUM") or shutil.which("chromium")
    assert path, "chromium is needed for the journeys: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()
