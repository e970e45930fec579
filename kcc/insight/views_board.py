"""The live board: how it goes this moment, the list behind each number, and the same for a screen on the wall."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from kcc.insight import queries, queries_board
from kcc.insight import views_board_words as words
from kcc.insight.queries_board import Agreed, Asked, Board, Scene
from kcc.insight.rules_board import Tally, Verdict, together, verdict
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.routing import queries_presence as presence
from kcc.routing.rules import LIVE_KINDS
from kcc.web.fragments import render
from kcc.web.guards import requires
from kcc.web.navigation import add_entry
from kcc.web.paging import page_of, unpack
from kcc.web.person import current_person

bp = Blueprint("board", __name__, url_prefix="/statistics/board")
add_entry("board.now", _l("Nu"), Permission.STATISTICS_READ, place=39)

PAGE_SIZE = 50
TICKET_PAGE = "contacts.ticket"


@dataclass(frozen=True)
class Row:
    """One kind of work of one municipality, as the board shows it."""

    kind: str
    tally: Tally
    agreed: Agreed | None

    @property
    def verdict(self) -> Verdict:
        """What may be said of today's level."""
        return verdict(self.tally, self.agreed.percent if self.agreed else None)

    @property
    def is_live(self) -> bool:
        """Whether somebody stands or listens there."""
        return self.kind in LIVE_KINDS


@dataclass(frozen=True)
class TownRows:
    """A municipality with its kinds of work, and its questions with departments."""

    town: Municipality
    rows: list[Row]
    open_tasks: int
    overdue_tasks: int

    @property
    def live(self) -> Tally:
        """Everybody who stands or listens, together."""
        return together(row.tally for row in self.rows if row.is_live)

    @property
    def other(self) -> Tally:
        """All work that can wait, together."""
        return together(row.tally for row in self.rows if not row.is_live)

    @property
    def phone(self) -> Row:
        """The telephone, also when nobody called today."""
        return next((row for row in self.rows if row.kind == "call"), Row("call", Tally(), None))


@bp.get("/", endpoint="now")
@requires(Permission.STATISTICS_READ)
def now_view() -> ResponseReturnValue:
    """How it goes now, municipality by municipality."""
    return render_template("insight/board.html", **_values())


@bp.get("/figures")
@requires(Permission.STATISTICS_READ)
def figures() -> ResponseReturnValue:
    """The figures as a part, fetched again when they change."""
    return render_template("insight/_board.html", **_values())


@bp.get("/wall")
@requires(Permission.STATISTICS_READ)
def wall() -> ResponseReturnValue:
    """The same for a screen on the wall: large, dark, nobody's name."""
    return render_template("insight/wall.html", theme="dark", **_values())


@bp.get("/wall/figures")
@requires(Permission.STATISTICS_READ)
def wall_figures() -> ResponseReturnValue:
    """The wall's figures as a part."""
    return render_template("insight/_wall.html", **_values())


@bp.get("/agents")
@requires(Permission.ROUTING_SUPERVISE)
def agents() -> ResponseReturnValue:
    """Who is in which state, for those who divide work among them: a part of the board, a page without script."""
    people = presence.at_work()
    states = [(word, [one for one in people if one.state == state]) for state, word in words.STATES.items()]
    return render(
        "insight/agents.html", "insight/_agents.html", states=[line for line in states if line[1]], at=now(),
        back_url=url_for(".now"),
    )  # fmt: skip


@bp.get("/behind")
@requires(Permission.STATISTICS_READ)
def behind() -> ResponseReturnValue:
    """The rows that one number of the board counts, the one that waits longest first."""
    scene = queries_board.scene_at(now())
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    asked = _asked(towns)
    lines = queries_board.lines_behind(scene, asked, _after(), PAGE_SIZE + 1)
    return render_template(
        "insight/board_behind.html",
        page=page_of(lines, PAGE_SIZE, lambda line: (line.since, line.id)), number=queries_board.count_behind(scene, asked),
        measure=words.MEASURES[asked.measure], town=towns.get(asked.municipality_id or 0), towns=towns, kinds=asked.kinds,
        kind_words=words.KINDS, open_to=queries.towns_with_tickets(current_person().account_id), at=scene.now,
        back_url=url_for(".now"), ticket_url=lambda ticket_id: url_for(TICKET_PAGE, ticket_id=ticket_id),
    )  # fmt: skip


def _values() -> dict[str, Any]:
    scene = queries_board.scene_at(now())
    towns = municipalities.visible_municipalities()
    counted = queries_board.board(scene)
    rows = [_town(scene, counted, town) for town in towns]
    return {
        "at": scene.now,
        "towns": rows,
        "live": together(one.live for one in rows),
        "other": together(one.other for one in rows),
        "overdue_tasks": sum(one.overdue_tasks for one in rows),
        "open_tasks": sum(one.open_tasks for one in rows),
        "agents": words.agents(counted.agents),
        "incidents": _incidents(counted, towns),
        "kind_words": words.KINDS,
        "verdict_words": words.VERDICTS,
        "verdict_kinds": words.VERDICT_KINDS,
        "live_kinds": ",".join(sorted(LIVE_KINDS)),
        "other_kinds": ",".join(kind for kind in words.KINDS if kind not in LIVE_KINDS),
        "behind": _behind(),
        "agents_url": url_for(".agents") if current_person().may(Permission.ROUTING_SUPERVISE) else None,
    }


def _town(scene: Scene, counted: Board, town: Municipality) -> TownRows:
    """A municipality's lines: what has anything to say, and the telephone always."""
    tallies = counted.tallies.get(town.id, {})
    rows = [
        Row(kind, tallies.get(kind, Tally()), scene.agreed.get((town.id, kind)))
        for kind in words.KINDS
        if kind == "call" or tallies.get(kind)
    ]
    return TownRows(town, rows, counted.open_tasks.get(town.id, 0), counted.overdue_tasks.get(town.id, 0))


def _incidents(counted: Board, towns: list[Municipality]) -> list[tuple[Municipality, str, datetime]]:
    by_id = {town.id: town for town in towns}
    return [(by_id[key], title, since) for key, title, since in counted.incidents if key in by_id]


def _behind() -> Callable[..., str]:
    """Addresses of lists behind numbers; a page has a hundred, so what they share is built once."""
    start = url_for(".behind")

    def link(measure: str, town: Municipality | None = None, kinds: str = "") -> str:
        more = (f"&municipality={town.id}" if town else "") + (f"&kinds={kinds}" if kinds else "")
        return f"{start}?measure={measure}{more}"

    return link


def _asked(towns: dict[int, Municipality]) -> Asked:
    measure, town, kinds = (request.args.get(name, "") for name in ("measure", "municipality", "kinds"))
    if measure not in queries_board.MEASURES:
        raise NotFound
    town_id = int(town) if town.isascii() and town.isdigit() and len(town) <= 9 else None
    if town and town_id not in towns:
        raise NotFound
    asked_kinds = kinds.split(",") if kinds else None
    if asked_kinds and not set(asked_kinds) <= set(words.KINDS):
        raise NotFound
    return Asked(measure, town_id, asked_kinds)


def _after() -> tuple[datetime, uuid.UUID] | None:
    values = unpack(request.args.get("after"))
    try:
        if values is None or len(values) != 2:
            return None
        at = datetime.fromisoformat(values[0])
        return (at, uuid.UUID(values[1])) if at.tzinfo else None
    except ValueError:
        return None
