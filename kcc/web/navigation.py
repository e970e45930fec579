"""The bar at the top: each room adds its entries; a person sees those of permissions they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from flask_babel.speaklater import LazyString

from kcc.core.permissions import Permission
from kcc.web.person import Person


@dataclass(frozen=True)
class Entry:
    """An entry of the bar: endpoint, label, who sees it, and its place; ``covers`` are pages of other rooms that it leads to."""

    endpoint: str
    label: LazyString
    permission: Permission
    place: int
    key: str = ""
    covers: tuple[str, ...] = ()


ENTRIES: list[Entry] = []


ACCOUNT_ENTRIES: list[Entry] = []


@dataclass(frozen=True)
class Mark:
    """That something asks for attention: in words, and how urgent (``warn`` or ``late``)."""

    text: str
    kind: str


@dataclass(frozen=True)
class SetupEntry:
    """A part of setting up the centre: its page, its name and in a sentence what is done there."""

    endpoint: str
    label: LazyString
    text: LazyString
    permission: Permission
    place: int
    mark: Callable[[datetime], Mark | None] | None = None
    """What asks for attention there at a moment (UTC), if anything; asked in the reader's scope."""


SETUP_ENTRIES: list[SetupEntry] = []


@dataclass(frozen=True)
class Item:
    """An entry as the template shows it."""

    label: str
    url: str
    active: bool
    badge: str = ""
    key: str = ""


def add_entry(
    endpoint: str, label: LazyString, permission: Permission, place: int, key: str = "", covers: tuple[str, ...] = ()
) -> None:
    """Put an entry in the bar; lower ``place`` stands more to the left."""
    entry = Entry(endpoint, label, permission, place, key, covers)
    if entry.endpoint not in {known.endpoint for known in ENTRIES}:
        ENTRIES.append(entry)


def items_for(person: Person | None) -> list[Item]:
    """What stands in the bar for this person."""
    if person is None:
        return []
    return [
        Item(str(entry.label), url_for(entry.endpoint), _stands_in(entry), key=entry.key)
        for entry in sorted(ENTRIES, key=lambda e: e.place)
        if person.may(entry.permission)
    ]


def _stands_in(entry: Entry) -> bool:
    """Whether the page asked for belongs to an entry: to its room, and of a room with several entries to its address."""
    if request.endpoint in entry.covers:
        return True
    room = entry.endpoint.rpartition(".")[0]
    if str(request.endpoint or "").rpartition(".")[0] != room:
        return False
    alone = sum(known.endpoint.rpartition(".")[0] == room for known in ENTRIES) == 1
    return alone or request.path.startswith(url_for(entry.endpoint))


def add_account_entry(endpoint: str, label: LazyString, permission: Permission, place: int) -> None:
    """Put an entry in the menu behind the person's name."""
    if endpoint not in {known.endpoint for known in ACCOUNT_ENTRIES}:
        ACCOUNT_ENTRIES.append(Entry(endpoint, label, permission, place))


def add_setup_entry(
    endpoint: str,
    label: LazyString,
    text: LazyString,
    permission: Permission,
    place: int,
    mark: Callable[[datetime], Mark | None] | None = None,
) -> None:
    """Put a page on the index of the set-up ("Inrichting"); lower ``place`` stands earlier, ``mark`` says what waits."""
    if endpoint not in {known.endpoint for known in SETUP_ENTRIES}:
        SETUP_ENTRIES.append(SetupEntry(endpoint, label, text, permission, place, mark))


def setup_entries_for(person: Person) -> list[SetupEntry]:
    """What this person may set up, in order."""
    return [entry for entry in sorted(SETUP_ENTRIES, key=lambda e: e.place) if person.may(entry.permission)]


def links_for(person: Person | None) -> list[Item]:
    """What stands in the menu behind this person's name."""
    if person is None:
        return []
    return [
        Item(str(entry.label), url_for(entry.endpoint), entry.endpoint == request.endpoint)
        for entry in sorted(ACCOUNT_ENTRIES, key=lambda e: e.place)
        if person.may(entry.permission)
    ]
