"""Imports run one way, at the top of a file."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

from tests.house.code import ROOT, modules, place, tree

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_no_import_runs_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_nothing_is_imported_inside_a_function() -> None:
    found = [
        f"{place(path)}:{child.lineno}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
        if isinstance(child, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_rooms_see_each_other_s_questions_and_verbs_never_their_private_names() -> None:
    found = [
        f"{place(path)}:{node.lineno} {alias.name}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("kcc.")
        and not _same_room(path, node.module)
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert found == []


def _same_room(path: Path, module: str | None) -> bool:
    return (module or "").split(".")[:2] == list(path.relative_to(ROOT).with_suffix("").parts[:2])


def test_no_module_is_named_for_nothing_in_particular() -> None:
    vague = {"utils", "helpers", "common", "misc", "base", "manager", "service", "services"}
    assert [place(path) for path in modules() if path.stem in vague] == []
