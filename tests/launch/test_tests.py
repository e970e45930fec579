"""`bin/test` runs every check, in order, and ends with pytest's own closing line."""

import os
import sys

import pytest

from kcc.launch import tests as checks
from kcc.launch.errors import LaunchError


def test_every_kind_of_check_is_there_and_in_order() -> None:
    assert [step.name for step in checks.steps([])] == ["ruff", "format", "imports", "mypy", "pytest", "proofs"]


def test_rules_and_actions_of_every_room_are_type_checked() -> None:
    mypy = next(step for step in checks.steps([]) if step.name == "mypy")
    assert "kcc/core" in mypy.command
    assert len([word for word in mypy.command if word.endswith(("rules.py", "actions.py"))]) > 1


@pytest.mark.parametrize(
    "line",
    [
        "134 passed, 3 errors in 11.16s",
        "===== 12 passed in 3.45s =====",
        "== 1 failed, 3 passed, 1 skipped in 61.02s (0:01:01) ==",
    ],
)
def test_the_closing_line_of_pytest_is_kept_and_a_failure_is_seen(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    step = checks.Step("pytest", [sys.executable, "-c", f"print('x'); print({line!r}); raise SystemExit(1)"])
    checks._run(step, dict(os.environ))
    assert (step.closing, step.code) == (line, 1)
    assert line in capsys.readouterr().out


def test_a_program_that_is_absent_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PROGRAMS", {"een-pakket": lambda: False, "chromium": lambda: True})
    monkeypatch.setattr(checks.shutil, "which", lambda _name: None)
    with pytest.raises(LaunchError, match="een-pakket"):
        checks._require_programs()
