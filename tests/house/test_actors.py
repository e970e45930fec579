"""Whoever changes something is named, and the change leaves its audit row."""

from __future__ import annotations

from tests.house.code import Function, functions, modules

WRITES = ("db.session.add", "db.session.add_all", "db.session.delete", "db.session.merge")
TRACES = ("record", "add_event", "record_look")
NAMELESS = {
    "announce": "the mail follows from a task that a named actor made, or from the clock",
    "index_ticket": "the words by which a ticket is found follow from what a named actor wrote",
    "decide": "it is told who decided: by, or nobody when the queue did",
    "offer": "the queue offers, by its rules; nobody in particular",
    "lock_row": "makes room for a state; what changes it names who",
    "change": "a state follows from what its agent chose or did, or from the clock",
    "put_absent_offline": "the clock",
    "count_today": "the clock counts",
    "forecast": "the clock counts",
    "forget": "the clock, by the terms in rules_presence",
    "keep_rows": "writers of imports stand on it; the run names who",
    "remove_rows": "the same, when a run is undone",
}
TRACELESS = {
    "forget_old": "retention by the clock, of ticks that hold no person",
    "insert_task": "creating and forwarding stand on it, and each leaves its own trace",
    "announce": "a notice is its own trace, and its task's event tells of it",
    "keep_version": "a version is its own trace: who, when and what",
    "be_present": "who has a page open now is forgotten after a minute",
    "index_ticket": "follows from what was written, which left its own trace",
    "decide": "a decision is its own trace: what, to whom, by whom and why",
    "lock_row": "an empty place; each state that stood in it becomes a period",
    "change": "each state becomes a period of its agent",
    "beat": "who has a screen open now is forgotten with the next beat",
    "count_today": "figures that are counted anew every few seconds",
    "forecast": "figures that are counted anew every day",
    "forget": "what is gone was its own trace, kept as long as it may be",
}


def verbs() -> list[Function]:
    return [
        function
        for path in modules()
        if path.stem.startswith("actions")
        for function in functions(path)
        if not function.name.startswith("_")
    ]


def writes(function: Function) -> bool:
    changes = ("sa.update", "sa.delete", "sa.insert", "insert", "db.session.execute")
    return any(name in (*WRITES, *changes) for name in function.calls)


def test_every_verb_that_writes_names_its_actor() -> None:
    found = [
        f"{f.path} {f.name}" for f in verbs() if writes(f) and "actor" not in f.keywords and f.name not in NAMELESS
    ]
    assert found == []


def test_every_verb_that_writes_leaves_a_trace() -> None:
    traced = _reaching(TRACES)
    found = [f"{f.path} {f.name}" for f in verbs() if writes(f) and f.name not in traced and f.name not in TRACELESS]
    assert found == []


def _reaching(ends: tuple[str, ...]) -> set[str]:
    """Names of functions that call one of ``ends``, by way of whatever else they call."""
    everything = [function for path in modules() for function in functions(path)]
    found = set(ends)
    while True:
        more = {f.name for f in everything if f.name not in found and any(c.split(".")[-1] in found for c in f.calls)}
        if not more:
            return found
        found |= more
