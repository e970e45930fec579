"""How times and numbers are shown: the Dutch way, in the municipality's zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import format_datetime, format_decimal
from flask_babel import gettext as _

ZONE = ZoneInfo("Europe/Amsterdam")


def moment(value: datetime | None, form: str | None = None) -> str:
    """A moment in words, such as 'woensdag 2 december 17:00 uur', or in Babel's ``form``; an empty text for none."""
    if value is None:
        return ""
    text = str(format_datetime(value.astimezone(ZONE), form or "EEEE d MMMM HH:mm", rebase=False))
    return text if form else _("%(at)s uur", at=text)


def short_moment(value: datetime | None) -> str:
    """A moment briefly, such as 'wo 2 dec 17:00'."""
    return moment(value, "EEE d MMM HH:mm")


def day(value: date | datetime | None) -> str:
    """A day, such as '2 december 2026'."""
    if value is None:
        return ""
    at = (
        value.astimezone(ZONE)
        if isinstance(value, datetime)
        else datetime(value.year, value.month, value.day, tzinfo=ZONE)
    )
    return str(format_datetime(at, "d MMMM y", rebase=False))


def duration(seconds: float | None) -> str:
    """Seconds as minutes and seconds, such as '4:52'; a dash when not measured."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def number(value: float | None) -> str:
    """A number with the reader's separators."""
    return "" if value is None else str(format_decimal(value))


def iso(value: datetime | None) -> str:
    """A moment for machines."""
    return "" if value is None else value.isoformat()


def register_filters(app: Flask) -> None:
    """Make these available in templates."""
    for function in (moment, short_moment, day, duration, number, iso):
        app.jinja_env.filters[function.__name__] = function
