"""Reading the product's own code: its files, and what its functions call."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
KCC = ROOT / "kcc"
TEMPLATES = ROOT / "templates"


@dataclass(frozen=True)
class Function:
    """A function of a module: where it stands, what it takes, and the names it calls."""

    path: str
    name: str
    node: ast.FunctionDef
    calls: frozenset[str]

    @property
    def keywords(self) -> set[str]:
        """Names that may be given by keyword."""
        return {argument.arg for argument in (*self.node.args.args, *self.node.args.kwonlyargs)}


def modules() -> list[Path]:
    """Every module of the product, sorted."""
    return sorted(path for path in KCC.rglob("*.py") if "__pycache__" not in path.parts)


def place(path: Path) -> str:
    """A path as seen from the checkout."""
    return str(path.relative_to(ROOT))


@lru_cache
def tree(path: Path) -> ast.Module:
    """The syntax of a module."""
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> Iterator[Function]:
    """The functions at the top of a module."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef):
            yield Function(place(path), node.name, node, frozenset(called(node)))


def called(node: ast.AST) -> Iterator[str]:
    """The names that something calls, dotted as written: ``db.session.add``."""
    for child in ast.walk(node):
        if isinstance(child, ast.Call):
            yield ast.unparse(child.func)
