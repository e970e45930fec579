"""One unit of work commits once: who commits is on a list."""

from __future__ import annotations

import ast

from tests.house.code import called, modules, place, tree

COMMITS = {
    "kcc/web/requests.py": "the unit of work of a request",
    "kcc/web/machines.py": "the unit of work of a machine's request",
    "kcc/core/jobs.py": "the unit of work of a job",
    "kcc/parties/evidence.py": "evidence of a look stands before the look, whatever follows",
    "kcc/people/evidence.py": "an attempt to sign in counts, whatever becomes of the request",
    "kcc/channels/receiving.py": "a mail is kept before anything else happens to it, and only then taken",
    "kcc/channels/fetching.py": "how fetching a mailbox went stands apart from the mails, each kept by itself",
    "kcc/channels/actions_outbox.py": "that a mail may be on its way outlives a crash of the worker",
    "kcc/backoffice/actions_notices.py": "that a mail may be on its way outlives a crash of the worker",
}
AT_THE_EDGES = ("kcc/launch/", "kcc/cli", "kcc/demo/")
"""Commands are their own unit of work."""


def test_only_the_units_of_work_commit() -> None:
    found = {
        place(path)
        for path in modules()
        if any(name.endswith(".commit") for name in called(tree(path))) and not place(path).startswith(AT_THE_EDGES)
        and not path.stem.startswith("commands")
    }  # fmt: skip
    assert found <= set(COMMITS), found - set(COMMITS)


def test_no_verb_or_question_opens_a_connection_of_its_own() -> None:
    openers = ("connect", "create_engine", "Session", "sessionmaker")
    found = [
        f"{place(path)}: {name}"
        for path in modules()
        if path.stem.startswith(("actions", "queries", "rules", "views", "forms")) and place(path) not in COMMITS
        for name in called(tree(path))
        if name.split(".")[-1] in openers
    ]
    assert found == []


def test_no_sql_is_put_together_from_values() -> None:
    found = []
    for path in modules():
        if place(path).startswith("kcc/launch/"):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("sa.text", "text", "db.text") and node.args:
                if not _fixed(node.args[0]):
                    found.append(f"{place(path)}:{node.lineno}")
    assert found == []


def _fixed(text: ast.expr) -> bool:
    """Whether SQL is written out, or built of constants of the module only (NAMES_LIKE_THIS)."""
    parts = [part.value for part in ast.walk(text) if isinstance(part, ast.FormattedValue)]
    return not isinstance(text, ast.BinOp) and all(isinstance(part, ast.Name) and part.id.isupper() for part in parts)
