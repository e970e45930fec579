"""What died is started again, what was left behind is ended, and a stranger is never touched."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kcc.launch import processes
from kcc.launch.errors import LaunchError

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def own_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(processes, "VAR", tmp_path)
    yield tmp_path
    processes.end_leftovers()


def test_a_dead_child_is_started_again() -> None:
    child = processes.Child("worker", SLEEP, os.environ)
    child.start()
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    child.process.wait()
    told: list[str] = []
    processes.watch([child], told.append)
    assert child.is_alive() and child.process.pid != first
    assert told == ["'worker' was gestopt en is opnieuw gestart."]
    processes.stop([child])
    assert not child.is_alive()


def test_a_child_that_dies_over_and_over_ends_in_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    child = processes.Child("live", [sys.executable, "-c", "raise ValueError('no such thing')"], os.environ)
    child.start()
    with pytest.raises(LaunchError, match="'live' stopt steeds weer: ValueError: no such thing"):
        for _ in range(processes.QUICK_DEATHS):
            assert child.process is not None
            child.process.wait()
            processes.watch([child], lambda text: None)


def test_what_an_earlier_launcher_left_behind_is_ended_with_its_own_children() -> None:
    fork = "import os, time; os.fork(); time.sleep(60)"
    child = processes.Child("web", [sys.executable, "-c", fork], os.environ)
    child.start()
    assert child.process is not None
    main = psutil.Process(child.process.pid)
    deadline = time.monotonic() + 10
    while not main.children() and time.monotonic() < deadline:
        time.sleep(0.05)
    forked = main.children()[0]
    main.kill()
    child.process.wait()
    assert processes.end_leftovers() == 1
    assert not forked.is_running()


def test_a_process_of_another_installation_is_left_alone(tmp_path: Path) -> None:
    environ = {**os.environ, processes.MARK: str(tmp_path / "elsewhere")}
    with subprocess.Popen(SLEEP, env=environ) as stranger:
        assert processes.end_leftovers() == 0
        assert stranger.poll() is None
        stranger.kill()
