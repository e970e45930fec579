"""Live updates reach only those who may see what changed, and end when the right does."""

from __future__ import annotations

import ast
import hashlib
import json
import re

import psycopg
import pytest

from kcc.config import Settings
from kcc.core.events import KINDS, ON_THE_BOARD
from kcc.core.permissions import REVEALS, Permission
from kcc.web import live
from kcc.web.live import Hub, Listener, Rights, line_of
from tests.house.code import KCC
from tests.support.world import World


class Process:
    """The live process without its web server: streams are placed at once, and lines read from their queues."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world, self.hub = world, Hub(settings)

    def open(self, person: str) -> Listener:
        """A stream of a person, placed by what the database says."""
        listener = Listener(secret=self.world.session_for(person))
        self.ask(listener)
        return listener

    def ask(self, *listeners: Listener) -> None:
        """Ask the database what these may hear, as the process does every twenty seconds."""
        with psycopg.connect(self.hub.url, autocommit=True) as connection:
            self.hub.ask(connection, listeners)


@pytest.fixture
def process(world: World, settings: Settings) -> Process:
    return Process(world, settings)


def heard_by(listener: Listener) -> list[str]:
    """The lines that wait for a stream, without the ends of lines."""
    return [listener.lines.get_nowait().decode().strip() for _line in range(listener.lines.qsize())]


def kinds_heard(listener: Listener) -> list[str]:
    """The kinds of the events that wait for a stream."""
    return [line.split("\n")[0].removeprefix("event: ") for line in heard_by(listener) if line]


@pytest.mark.parametrize(
    ("person", "town", "department", "hears"),
    [
        ("handler", "Aalburg", "burgerzaken", True),
        ("handler", "Aalburg", "afval", False),
        ("handler", "Bergen", "burgerzaken", False),
        ("handler", "Aalburg", None, False),
        ("agent", "Aalburg", "afval", True),
        ("agent", "Cadzand", "afval", False),
        ("supervisor", "Cadzand", "afval", True),
        ("agent_zuid", "Aalburg", None, False),
        ("contract_manager", "Aalburg", "burgerzaken", False),
        ("privacy_officer", "Aalburg", "burgerzaken", False),
        ("editor", "Aalburg", "burgerzaken", False),
    ],
)
def test_a_task_is_told_to_its_department_and_to_those_who_see_the_whole_town(
    process: Process, world: World, person: str, town: str, department: str | None, hears: bool
) -> None:
    listener = process.open(person)
    process.hub.tell(
        {"k": "task", "m": world.towns[town], "d": [world.departments[town, department]] if department else None}
    )
    assert ("task" in kinds_heard(listener)) is hears


def test_an_event_for_one_account_reaches_only_that_account(process: Process, world: World) -> None:
    agent, supervisor, stranger = process.open("agent"), process.open("supervisor"), process.open("agent_cadzand")
    process.hub.tell({"k": "offer", "m": world.towns["Aalburg"], "a": str(world.people["agent"]), "id": "x"})
    process.hub.tell({"k": "offer", "m": world.towns["Aalburg"], "a": str(world.people["agent_cadzand"]), "id": "y"})
    assert heard_by(agent) == [f'event: offer\ndata: {{"k": "offer", "m": {world.towns["Aalburg"]}, "id": "x"}}']
    assert heard_by(supervisor) == [] and heard_by(stranger) == []


def test_who_reads_figures_hears_that_the_board_changed_and_not_what(process: Process, world: World) -> None:
    manager = process.open("contract_manager")
    process.hub.tell({"k": "queue", "m": world.towns["Aalburg"], "id": "secret"})
    assert list(process.hub.boards) == [world.towns["Aalburg"]]
    process.hub.tell({"k": "board", "m": world.towns["Aalburg"]})
    process.hub.tell({"k": "board", "m": world.towns["Bergen"]})
    assert heard_by(manager) == [f'event: board\ndata: {{"k": "board", "m": {world.towns["Aalburg"]}}}']


def test_what_belongs_to_no_department_is_heard_by_every_role_that_reads_it(process: Process, world: World) -> None:
    handler, officer, elsewhere = (
        process.open("handler"),
        process.open("privacy_officer"),
        process.open("handler_bergen"),
    )
    process.hub.tell({"k": "incident", "m": world.towns["Aalburg"]})
    assert [kinds_heard(listener) for listener in (handler, officer, elsewhere)] == [["incident"], [], []]


def test_an_unknown_kind_is_heard_by_nobody(process: Process, world: World) -> None:
    listener = process.open("agent")
    process.hub.tell({"k": "gossip", "m": world.towns["Aalburg"]})
    assert heard_by(listener) == []


def test_a_session_that_is_over_is_not_let_in(process: Process, world: World) -> None:
    assert process.open("agent").rights is not None
    for secret in ("", "made up"):
        listener = Listener(secret=secret)
        process.ask(listener)
        assert listener.rights is None


@pytest.mark.parametrize(
    "end",
    [
        "delete from guard.door where secret_hash = %(door)s",
        "update guard.door set seen_at = now() - interval '2 hours' where secret_hash = %(door)s",
        "update guard.door set second_factor = false where secret_hash = %(door)s",
        "update account set active = false where id = %(account)s",
        "update membership set valid_to = now() where account_id = %(account)s",
    ],
)
def test_a_stream_ends_when_session_account_or_role_does(process: Process, world: World, end: str) -> None:
    listener, other = process.open("agent"), process.open("supervisor")
    door = hashlib.sha256(listener.secret.encode()).digest()
    with world.admin() as admin:
        admin.execute(end.encode(), {"door": door, "account": world.people["agent"]})
    process.ask(listener, other)
    process.hub.tell({"k": "ticket", "m": world.towns["Aalburg"]})
    assert listener.rights is None and kinds_heard(listener) == []
    assert kinds_heard(other) == ["ticket"]


def test_a_right_taken_away_narrows_the_stream_and_has_the_screen_look_again(process: Process, world: World) -> None:
    listener = process.open("agent")
    with world.admin() as admin:
        admin.execute(
            "update membership set valid_to = now() where account_id = %s and municipality_id = %s",
            (world.people["agent"], world.towns["Aalburg"]),
        )
    process.ask(listener)
    assert kinds_heard(listener) == ["resync"]
    process.hub.tell({"k": "ticket", "m": world.towns["Aalburg"]})
    process.hub.tell({"k": "ticket", "m": world.towns["Bergen"]})
    assert [json.loads(line.split("data: ")[1])["m"] for line in heard_by(listener)] == [world.towns["Bergen"]]


def test_a_word_that_rights_changed_has_them_asked_at_once(process: Process, world: World) -> None:
    agent, other = process.open("agent"), process.open("supervisor")
    assert process.hub._due() == []
    process.hub.tell({"k": "rights", "m": world.towns["Aalburg"], "a": str(world.people["agent"])})
    assert process.hub._due() == [agent] and process.hub.wanted.is_set()
    assert heard_by(other) == []


def test_rights_that_cannot_be_asked_any_more_let_nothing_through(process: Process, world: World) -> None:
    listener = process.open("agent")
    listener.checked -= live.TRUSTED_SECONDS + 1
    process.hub.tell({"k": "ticket", "m": world.towns["Aalburg"]})
    assert heard_by(listener) == []
    process.ask(listener)
    assert kinds_heard(listener) == ["resync"]


def test_a_slow_reader_is_cut_off(process: Process, world: World) -> None:
    slow, quick = process.open("agent"), process.open("agent")
    for _event in range(live.WAITING_LINES + 1):
        process.hub.tell({"k": "ticket", "m": world.towns["Aalburg"]})
        heard_by(quick)
    assert slow.rights is None and quick.rights is not None
    assert process.hub.counts["dropped"] == 1


def test_who_left_while_the_question_was_under_way_is_not_put_back(process: Process) -> None:
    listener = process.open("agent")
    process.hub.leave(listener)
    process.ask(listener)
    assert listener.rights is None and not list(process.hub.listeners)


def test_one_account_cannot_take_all_the_places(process: Process) -> None:
    opened = [process.open("agent") for _stream in range(live.STREAMS_OF_ONE)]
    late = Listener(secret=opened[0].secret)
    late.answered.set()
    process.hub._move(late, opened[0].account, opened[0].rights)  # type: ignore[arg-type]
    assert process.hub.admit(late) == "200 OK"
    assert opened[0].rights is None and opened[0].lines.get_nowait() == b"", "the oldest ends"
    assert late.rights is not None and len(list(process.hub.listeners)) == live.STREAMS_OF_ONE


def test_many_receivers_are_asked_to_spread_their_fetching() -> None:
    assert b'"w"' not in line_of({"k": "queue", "m": 1}, 1)
    assert json.loads(line_of({"k": "queue", "m": 1}, 2000).split(b"data: ")[1])["w"] == 1000


def test_equal_rights_are_kept_once(process: Process) -> None:
    assert process.open("handler").rights is process.open("handler_second").rights
    assert process.open("handler_afval").rights is not process.open("handler").rights


def test_every_kind_that_code_tells_is_on_the_list() -> None:
    told = {
        node.args[0].value
        for path in KCC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "publish"
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert told and told <= set(KINDS) and ON_THE_BOARD <= set(KINDS)


def test_screens_listen_to_every_kind() -> None:
    script = (KCC.parent / "static" / "js" / "live.js").read_text()
    listed = re.search(r"const KINDS = \[(.*?)\]", script, re.S)
    assert listed and set(re.findall(r'"(\w+)"', listed[1])) == set(KINDS) - {"rights"}


def test_whatever_a_screen_refreshes_by_events_it_also_refreshes_by_looking_again() -> None:
    for path in (KCC.parent / "templates").rglob("*.html"):
        for trigger in re.findall(r'hx-trigger="([^"]*)"', path.read_text()):
            kinds = set(re.findall(r"kcc:(\w+)", trigger)) & set(KINDS)
            assert not kinds or "kcc:sync" in trigger, f"{path.name}: {trigger}"


def test_what_is_of_people_is_told_to_those_who_see_people_only() -> None:
    for kind in ("ticket", "task", "presence", "mail", "file", "form", "rating", "offer", "conversation", "counter"):
        assert all("person" in REVEALS[permission] for permission in KINDS[kind]), kind
    assert all("staff" in REVEALS[permission] for permission in KINDS["agent"])


def test_the_database_gives_each_right_as_the_lists_say(process: Process, world: World) -> None:
    rights = process.open("two_hats").rights
    assert isinstance(rights, Rights)
    assert rights.whole[str(Permission.TICKET_READ)] == {world.towns["Aalburg"]}
    assert rights.whole[str(Permission.STATISTICS_READ)] == {world.towns["Bergen"]}
    assert not any(rights.departments.values())
    assert rights.may_listen
