"""A proof counts only when it holds and its control finds the planted fault."""

import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from kcc.launch import places, prove
from kcc.launch.proving import Outcome, Run, all_proofs

OPTIONS = Namespace(reduced=True, seed=7, names=[], list=False)


@pytest.mark.parametrize(("holds", "found"), [(True, True), (True, False), (False, True)])
def test_a_proof_counts_only_with_a_control_that_found_the_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holds: bool, found: bool
) -> None:
    monkeypatch.setattr(prove, "VAR", tmp_path)
    outcome = Outcome(n=3, result={"lost": 0}, holds=holds, control={"lost": 1}, control_found=found)
    assert prove._one("trial", lambda run: outcome, OPTIONS) is (holds and found)
    written = json.loads((tmp_path / "evidence" / "trial.json").read_text())
    assert set(written) == {"name", "n", "result", "control", "seed", "commit", "at", "reduced"}
    assert (written["seed"], written["reduced"], written["control"]["found"]) == (7, True, found)


def test_the_same_seed_gives_the_same_trials() -> None:
    assert Run(True, 5).random.random() == Run(False, 5).random.random()
    assert (Run(True, 5).size(50, 4), Run(False, 5).size(50, 4)) == (4, 50)


def test_the_proof_of_the_killed_database_is_known() -> None:
    assert "postgres-kill" in all_proofs()


def test_in_lanes_each_proof_runs_apart_and_those_that_fail_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(words: list[str], **_how: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(words, int(words[-1] == "sip"), stdout=f"{words[-1]} …".encode())

    monkeypatch.setattr(prove.subprocess, "run", run)
    assert prove._in_lanes(["pool", "sip", "mail"], Namespace(reduced=True, seed=7, lanes=2)) == ["sip"]
    assert sorted(capsys.readouterr().out.split("\n")[:3]) == ["mail …", "pool …", "sip …"]


def test_an_unknown_proof_is_one_clear_line() -> None:
    command = [sys.executable, "-m", "kcc.launch.prove", "no-such-thing"]
    done = subprocess.run(command, cwd=places.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "no-such-thing" in done.stderr
