"""Panels: parts of a page that a room above supplies. The page names a place; rooms above register an endpoint for it.

A room may not import one above it, so a ticket's page cannot show its tasks by itself: it asks this list for URLs of
parts and lets htmx fetch them. Each endpoint gets the values of the place (a ticket: ``ticket_id``), carries its own
permission stamp, and answers with a part of a page.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel.speaklater import LazyString

from kcc.core.permissions import Permission
from kcc.web.person import Person


@dataclass(frozen=True)
class Panel:
    """A part of somebody else's page: where it is fetched, what it is called while it is not there yet."""

    endpoint: str
    label: LazyString
    permission: Permission


@dataclass(frozen=True)
class Place:
    """A panel as the template shows it."""

    label: str
    url: str


PANELS: dict[str, list[Panel]] = {}


def register(place: str, endpoint: str, label: LazyString, permission: Permission) -> None:
    """Show the part behind ``endpoint`` on pages with this ``place`` (``ticket``), to those who hold the permission."""
    panels = PANELS.setdefault(place, [])
    if endpoint not in {panel.endpoint for panel in panels}:
        panels.append(Panel(endpoint, label, permission))


def places(place: str, person: Person, **values: object) -> list[Place]:
    """What stands at a place for this person; ``values`` go into the URLs."""
    return [
        Place(str(panel.label), url_for(panel.endpoint, **values))  # type: ignore[arg-type]
        for panel in PANELS.get(place, [])
        if person.may(panel.permission)
    ]
