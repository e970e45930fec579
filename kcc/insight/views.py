"""Figures per municipality side by side, the lists behind them, and the files to take away."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.insight import forms, queries, queries_behind, queries_ratings, views_exports
from kcc.insight import views_words as words
from kcc.insight.queries_behind import Narrowing
from kcc.insight.rules import Period, suppress_small_cells
from kcc.insight.rules_figures import Selection, TownLine, findings, select_period, together
from kcc.insight.views_board import bp as board_bp
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.web.guards import requires
from kcc.web.navigation import add_entry
from kcc.web.paging import page_of, unpack
from kcc.web.person import current_person

__all__ = ["board_bp", "bp"]

bp = Blueprint("insight", __name__, url_prefix="/statistics")
add_entry("insight.overview", _l("Cijfers"), Permission.STATISTICS_READ, place=40)

ZONE = ZoneInfo("Europe/Amsterdam")
PAGE_SIZE = 50
TOPICS_A_TOWN = 6
TICKET_PAGE = "contacts.ticket"
"""Where a reference leads for those who may read tickets."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Asked:
    """What the reader chose, as read from the URL, and the faults in it."""

    form: forms.SelectionForm
    selection: Selection
    topics: list[queries.TopicName]
    refused: bool

    @property
    def args(self) -> dict[str, Any]:
        """The choice as values for a URL."""
        period = self.selection.period
        values: dict[str, Any] = {
            "period": forms.code_of(period),
            "channel": self.selection.channel,
            "group": self.selection.group,
        }
        if values["period"] == forms.OWN:
            values |= {"first": period.first.isoformat(), "last": period.last.isoformat()}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class TopicBars:
    """What a municipality was asked most; how many numbers are hidden, or None where topics are not shown at all."""

    town: Municipality
    rows: list[dict[str, Any]]
    hidden: int | None


@bp.get("/")
@requires(Permission.STATISTICS_READ)
def overview() -> ResponseReturnValue:
    """All figures of a period, municipality by municipality."""
    asked = _asked()
    towns = municipalities.visible_municipalities()
    open_to = queries.towns_with_tickets(current_person().account_id)
    counted = queries.count(asked.selection, towns)
    lines = _lines(asked.selection, towns, counted)
    whole = TownLine(_("Samen"), together(counted.now.values()), together(counted.before.values()), None)
    page = render_template(
        "insight/overview.html",
        form=asked.form, selection=asked.selection, args=asked.args, towns=list(zip(towns, lines, strict=True)), whole=whole,
        period_name=forms.name_of(asked.selection.period), own=asked.form.period.data == forms.OWN,
        channels=[(str(key), text) for key, text in forms.CHANNELS.items() if _used(whole, str(key))],
        sentences=[words.sentence(finding, len(towns)) for finding in findings(lines)],
        topic_bars=[_bars(asked, town, towns, counted, open_to) for town in towns], hours=_hours(counted.hours),
        behind=_links(asked), ratings=queries_ratings.ratings(asked.selection, counted.heirs),
    )  # fmt: skip
    return page, 422 if asked.refused else 200


@bp.get("/behind")
@requires(Permission.STATISTICS_READ)
def behind() -> ResponseReturnValue:
    """The rows that one number counts, newest first."""
    asked = _asked()
    if asked.refused:
        raise NotFound
    towns = queries_behind.towns_by_id()
    open_to = queries.towns_with_tickets(current_person().account_id)
    narrowing = _narrowing(towns, open_to)
    facts = queries_behind.facts_behind(asked.selection, narrowing, _after(), PAGE_SIZE + 1)
    page = page_of(facts, PAGE_SIZE, lambda fact: (fact.at, fact.id))
    town = towns.get(narrowing.municipality_id or 0)
    return render_template(
        "insight/behind.html",
        page=page, number=queries_behind.count_behind(asked.selection, narrowing), measure=words.MEASURES[narrowing.measure],
        town=town, towns=towns, open_to=open_to, period_name=forms.name_of(asked.selection.period),
        now_only=narrowing.measure in ("open", "overdue"), is_conversations=narrowing.measure == "conversations",
        topic_names={topic.id: topic.name for topic in asked.topics}, topic_id=narrowing.topic_id,
        channel=asked.selection.channel, group=asked.selection.group,
        departments=queries_behind.department_names(key for fact in page.rows for key in fact.departments),
        channels={str(key): text for key, text in forms.CHANNELS.items()}, statuses=words.STATUSES,
        back_url=url_for(".overview", **asked.args), ticket_url=_ticket_url,
    )  # fmt: skip


@bp.get("/export.<kind>")
@requires(Permission.STATISTICS_READ)
def export(kind: str) -> ResponseReturnValue:
    """The figures and the topics as a file (csv or xlsx)."""
    asked = _asked()
    if asked.refused or kind not in ("csv", "xlsx"):
        raise NotFound
    towns = municipalities.visible_municipalities()
    counted = queries.count(asked.selection, towns)
    period = forms.name_of(asked.selection.period)
    tables = [(_("Cijfers"), views_exports.figures_table(period, _lines(asked.selection, towns, counted)))]
    if _topics_may_show(asked, {town.id for town in towns}, queries.towns_with_tickets(current_person().account_id)):
        named = [topic for topic in asked.topics if any((topic.id, town.id) in counted.topics for town in towns)]
        cells = suppress_small_cells(
            [[counted.topics.get((topic.id, town.id), 0) for town in towns] for topic in named]
        )
        names, heads = [topic.name for topic in named], [town.name for town in towns]
        tables.append((_("Onderwerpen"), views_exports.topics_table(period, names, heads, cells)))
    as_csv = kind == "csv"
    body = views_exports.to_csv([table for _name, table in tables]) if as_csv else views_exports.to_xlsx(tables)
    days = asked.selection.period
    name = f"cijfers-{days.first.isoformat()}-{days.last.isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype="text/csv" if as_csv else XLSX, headers=headers)


def _asked() -> Asked:
    form = forms.SelectionForm(request.args)
    moment = now()
    today = moment.astimezone(ZONE).date()
    topics = queries.topics()
    forms.fill_choices(form, today, sorted({topic.group for topic in topics}))
    refused = not form.validate()
    period, channel, group = Period.month(today.year, today.month), None, None
    try:
        channel, group = forms.read_choice(form, "channel"), forms.read_choice(form, "group")
        period = forms.read_period(form, today)
    except InvalidInput as fault:
        form.refuse(fault, "period" if not refused else None)
        refused = True
    if not form.period.data:
        form.period.data = forms.code_of(period)
    return Asked(form, select_period(period, moment, channel, group), topics, refused)


def _lines(selection: Selection, towns: list[Municipality], counted: queries.Counted) -> list[TownLine]:
    agreed = queries.agreed_percentages(selection.period.last, selection.channel or "phone")
    return [TownLine(town.name, counted.now[town.id], counted.before[town.id], agreed.get(town.id)) for town in towns]


def _links(asked: Asked) -> Callable[..., str]:
    """Addresses of lists behind numbers. A page has hundreds, so what they share is built once."""
    whole = url_for(".behind", **asked.args)
    without_channel = {name: value for name, value in asked.args.items() if name != "channel"}
    any_channel = url_for(".behind", **without_channel)

    def link(measure: str, **more: str | int) -> str:
        start = any_channel if "channel" in more else whole
        return f"{start}&measure={measure}" + "".join(f"&{name}={value}" for name, value in more.items())

    return link


def _used(whole: TownLine, channel: str) -> bool:
    return channel in whole.now.conversations_by_channel or channel in whole.now.questions_by_channel


def _topics_may_show(asked: Asked, town_ids: set[int], open_to: frozenset[int]) -> bool:
    """Who may not read tickets sees topics of whole periods only: two choices that differ a little tell small numbers."""
    whole = not asked.selection.channel and not asked.selection.group and asked.selection.period.kind != "days"
    return whole or town_ids <= open_to


def _bars(
    asked: Asked, town: Municipality, towns: list[Municipality], counted: queries.Counted, open_to: frozenset[int]
) -> TopicBars:
    if not _topics_may_show(asked, {town.id}, open_to):
        return TopicBars(town, [], None)
    named = [(topic, counted.topics.get((topic.id, town.id), 0)) for topic in asked.topics]
    named = [(topic, number) for topic, number in named if number]
    shown: list[tuple[queries.TopicName, int | None]] = list(named)
    if town.id not in open_to and named:
        cells = suppress_small_cells([[number] for _topic, number in named])
        shown = [(topic, cell[0]) for (topic, _number), cell in zip(named, cells, strict=True)]
    visible = sorted(((topic, n) for topic, n in shown if n is not None), key=lambda pair: (-pair[1], pair[0].name))
    rows = []
    for topic, number in visible[:TOPICS_A_TOWN]:
        row: dict[str, Any] = {"label": topic.name, "value": number, "text": number, "accent": town.accent}
        if town.id in open_to:
            row["url"] = _links(asked)("questions", municipality=town.id, topic=topic.id)
        rows.append(row)
    return TopicBars(town, rows, len(shown) - len(visible))


def _hours(hours: list[int]) -> list[tuple[str, int]]:
    """The hours of the day between the first and the last with a conversation, and at least from 8 to 17."""
    busy = [hour for hour, number in enumerate(hours) if number]
    first, last = min([8, *busy]), max([17, *busy])
    return [(str(hour), hours[hour]) for hour in range(first, last + 1)]


def _narrowing(towns: dict[int, Municipality], open_to: frozenset[int]) -> Narrowing:
    measure = request.args.get("measure", "")
    if measure not in words.MEASURES:
        raise NotFound
    town_id, topic_id = _number("municipality"), _number("topic")
    if town_id is not None and town_id not in towns:
        raise NotFound
    # A list by topic would tell what small cells hide.
    if topic_id is not None and not ({town_id} if town_id is not None else set(towns)) <= open_to:
        raise NotFound
    return Narrowing(measure, town_id, topic_id)


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise NotFound
    return int(value)


def _after() -> tuple[datetime, uuid.UUID] | None:
    values = unpack(request.args.get("after"))
    try:
        if values is None or len(values) != 2:
            return None
        at = datetime.fromisoformat(values[0])
        return (at, uuid.UUID(values[1])) if at.tzinfo else None
    except ValueError:
        return None


def _ticket_url(ticket_id: uuid.UUID) -> str:
    return url_for(TICKET_PAGE, ticket_id=ticket_id)
