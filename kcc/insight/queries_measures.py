"""What each measure counts. Figures count rows with these conditions, and the lists behind them show the same rows.

Only facts are read here (data classes figures and setup): no names, numbers or free text. A call counts once, for the
municipality of its entrance; a question for its own municipality.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa

from kcc.backoffice.models import InternalTask
from kcc.contacts.models import UNANSWERED, Contact, Conversation, Ticket
from kcc.insight.rules import REPEAT_WITHIN
from kcc.insight.rules_figures import Selection
from kcc.municipalities.models import Municipality, Topic

Conditions: TypeAlias = Mapping[str, sa.ColumnElement[bool]]

HANDED_ON = ("forwarded", "returned")
"""Results of tasks that somebody else went on with: not a call-back, kept or missed."""


def conversations(selection: Selection) -> sa.Subquery:
    """Calls and visits that were not cancelled, with the hour of the day (0–23) at which they began."""
    statement = sa.select(
        Conversation.municipality_id,
        Conversation.id,
        Conversation.started_at.label("at"),
        Conversation.channel,
        Conversation.ended_at,
        sa.extract("hour", sa.func.timezone("Europe/Amsterdam", Conversation.started_at)).label("hour"),
        (Conversation.started_at >= selection.start).label("current"),
    ).where(
        ~Conversation.cancelled,
        Conversation.municipality_id.in_(_towns()),
        _in_periods(Conversation.started_at, selection),
    )
    if selection.channel:
        statement = statement.where(Conversation.channel == selection.channel)
    if selection.group:
        about = sa.select(Contact.conversation_id).where(
            Contact.topic_id.in_(_topics(selection.group)),
            Contact.conversation_id.is_not(None),
            Contact.at >= selection.before_start,
        )
        statement = statement.where(Conversation.id.in_(about))
    return statement.subquery("conversations")


def contacts(selection: Selection) -> sa.Subquery:
    """Questions as they were dealt with, each with the next time that the same person asked the same (``again``)."""
    again = sa.func.lead(Contact.at).over(
        partition_by=(Contact.municipality_id, Contact.topic_id, Contact.follow_key),
        order_by=(Contact.at, Contact.id),
    )
    # Who comes back does so by any channel, and up to a week after the period: only afterwards is the rest left out.
    asked = sa.select(
        Contact.municipality_id,
        Contact.id,
        Contact.at,
        Contact.channel,
        Contact.ticket_id,
        Contact.topic_id,
        Contact.outcome,
        Contact.talk_seconds,
        Contact.wrap_up_seconds,
        Contact.follow_key.is_not(None).label("known"),
        again.label("again"),
    ).where(Contact.at >= selection.before_start, Contact.at < selection.end + REPEAT_WITHIN)
    if selection.group:
        asked = asked.where(Contact.topic_id.in_(_topics(selection.group)))
    row = asked.subquery("asked")
    statement = sa.select(row, (row.c.at >= selection.start).label("current")).where(_in_periods(row.c.at, selection))
    if selection.channel:
        statement = statement.where(row.c.channel == selection.channel)
    return statement.subquery("contacts")


def tasks(selection: Selection) -> sa.Subquery:
    """Work asked of departments, with the moment at which the citizen was first reached or the work was done."""
    statement = sa.select(
        InternalTask.municipality_id,
        InternalTask.id,
        InternalTask.asked_at.label("at"),
        InternalTask.ticket_id,
        InternalTask.department_id,
        InternalTask.due_at,
        InternalTask.done_at,
        InternalTask.result,
        sa.func.least(InternalTask.first_reached_at, InternalTask.done_at).label("met_at"),
        (InternalTask.asked_at >= selection.start).label("current"),
    ).where(_in_periods(InternalTask.asked_at, selection))
    if selection.channel or selection.group:
        ticket = sa.and_(Ticket.municipality_id == InternalTask.municipality_id, Ticket.id == InternalTask.ticket_id)
        statement = _of_choice(statement.join(Ticket, ticket), selection)
    return statement.subquery("tasks")


def open_tickets(selection: Selection) -> sa.Subquery:
    """Questions that are not answered now, whenever they were asked."""
    statement = sa.select(
        Ticket.municipality_id, Ticket.id, Ticket.opened_at.label("at"), Ticket.due_at, sa.true().label("current")
    ).where(sa.text(f"ticket.{UNANSWERED}"), Ticket.merged_into_id.is_(None))
    chosen: sa.Select[Any] = _of_choice(statement, selection)
    return chosen.subquery("open_tickets")


def of_conversations(_row: sa.Subquery, _selection: Selection) -> Conditions:
    """The measures that count conversations."""
    return {"conversations": sa.true()}


def of_contacts(row: sa.Subquery, selection: Selection) -> Conditions:
    """The measures that count questions."""
    c = row.c
    followed = sa.and_(c.known, c.at <= selection.at - REPEAT_WITHIN)
    answered = c.outcome == "answered"
    return {
        "questions": sa.true(),
        "answered": answered,
        "followed": followed,
        "net": sa.and_(followed, answered, sa.or_(c.again.is_(None), c.again - c.at > REPEAT_WITHIN)),
        "escalated": c.outcome == "escalated",
        "transferred": c.outcome.in_(("transferred", "transfer_failed")),
        "transfer_failed": c.outcome == "transfer_failed",
        "talk": c.talk_seconds.is_not(None),
        "wrap_up": c.wrap_up_seconds.is_not(None),
    }


def of_tasks(row: sa.Subquery, selection: Selection) -> Conditions:
    """The measures that count work asked of departments."""
    c = row.c
    own = sa.or_(c.result.is_(None), c.result.not_in(HANDED_ON))
    on_time = sa.and_(own, sa.func.coalesce(c.met_at <= c.due_at, sa.false()))
    late = sa.and_(own, sa.func.coalesce(c.met_at, sa.literal(selection.at, sa.DateTime(timezone=True))) > c.due_at)
    return {
        "tasks_measured": sa.or_(on_time, late),
        "tasks_on_time": on_time,
        "tasks_late": late,
        "returned": sa.func.coalesce(c.result == "returned", sa.false()),
    }


def of_tickets(row: sa.Subquery, selection: Selection) -> Conditions:
    """The measures that count open questions as they are now."""
    return {"open": sa.true(), "overdue": sa.func.coalesce(row.c.due_at < selection.at, sa.false())}


Source: TypeAlias = tuple[Callable[[Selection], sa.Subquery], Callable[[sa.Subquery, Selection], Conditions]]

MEASURES: dict[str, Source] = {
    **dict.fromkeys(("conversations",), (conversations, of_conversations)),
    **dict.fromkeys(
        ("questions", "answered", "followed", "net", "escalated", "transferred", "transfer_failed", "talk", "wrap_up"),
        (contacts, of_contacts),
    ),
    **dict.fromkeys(("tasks_measured", "tasks_on_time", "tasks_late", "returned"), (tasks, of_tasks)),
    **dict.fromkeys(("open", "overdue"), (open_tickets, of_tickets)),
}
"""For every measure: the rows it is about, and the conditions among which its own stands."""


def _in_periods(moment: Any, selection: Selection) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(moment >= selection.start, moment < selection.end),
        sa.and_(moment >= selection.before_start, moment < selection.before_end),
    )


def _of_choice(statement: Any, selection: Selection) -> Any:
    if selection.channel:
        statement = statement.where(Ticket.channel == selection.channel)
    if selection.group:
        statement = statement.where(Ticket.topic_id.in_(_topics(selection.group)))
    return statement


def _towns() -> Any:
    # One's own conversations show in every scope; figures are only of the municipalities of this one.
    return sa.select(Municipality.id)


def _topics(group: str) -> Any:
    return sa.select(Topic.id).where(Topic.group_name == group)
