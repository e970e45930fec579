"""What docs/deploy says is what the product does: commands that exist, settings that are read, secrets without a value."""

from __future__ import annotations

import re
import shlex

import pytest

from kcc.launch import prepare
from kcc.launch.places import ROOT

DEPLOY = ROOT / "docs" / "deploy"
UNITS = ("kcc-web.service", "kcc-live.service", "kcc-worker.service")
ENTRIES = {"kcc-web.service": "wsgi:app", "kcc-live.service": "kcc.web.live:serve()", "kcc-worker.service": "worker"}


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_starts_what_bin_run_starts(unit: str) -> None:
    line = re.search(r"^ExecStart=(.*)$", (DEPLOY / unit).read_text(), flags=re.M)
    assert line is not None
    words = shlex.split(line[1])
    assert words[:2] == ["/opt/kcc/.venv/bin/python", "-m"]
    assert words[-1] == ENTRIES[unit]
    assert ENTRIES[unit] in (ROOT / "kcc" / "launch" / "run.py").read_text()


def test_the_website_does_not_bind_the_socket_that_is_held_for_it() -> None:
    assert " -b " not in (DEPLOY / "kcc-web.service").read_text()
    assert "127.0.0.1:8000" in (DEPLOY / "kcc-web.socket").read_text()


def test_every_setting_of_the_example_is_read_somewhere() -> None:
    names = re.findall(r"^(KCC_\w+)=", (DEPLOY / "kcc.env.example").read_text(), flags=re.M)
    code = "".join(path.read_text() for path in (ROOT / "kcc").rglob("*.py"))
    assert names and [name for name in names if f'"{name}"' not in code] == []


def test_no_secret_has_a_value_in_the_example() -> None:
    secret = re.findall(
        r"^(KCC_(?:APP_URL|SECRET_KEY|DATA_KEY))=(.*)$", (DEPLOY / "kcc.env.example").read_text(), flags=re.M
    )
    assert sorted(secret) == [("KCC_APP_URL", ""), ("KCC_DATA_KEY", ""), ("KCC_SECRET_KEY", "")]


def test_the_image_holds_code_and_no_secret() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert "KCC_" not in text and "var" not in re.findall(r"^COPY (\S+)", text, flags=re.M)


def test_prepare_keeps_the_owner_s_address_away_from_serving_processes() -> None:
    urls = {"KCC_APP_URL": "a", "KCC_OWNER_URL": "o", "KCC_PLATFORM_URL": "p"}
    lines = prepare.settings_lines(urls, dict.fromkeys(prepare.FOR_ALL, "s"))
    apart = lines.index("# only for commands, in a file that those processes cannot read")
    assert "KCC_APP_URL=a" in lines[:apart] and "KCC_OWNER_URL=o" in lines[apart:]
