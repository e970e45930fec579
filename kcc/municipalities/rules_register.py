"""Municipalities that came and went: what followed what, and whose an area was on a day. On paper, from plain entries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

MOST_STEPS = 20


@dataclass(frozen=True)
class Entry:
    """A municipality of the register; ``ended_on`` is the first day on which it was no more."""

    code: str
    name: str
    began_on: date | None = None
    ended_on: date | None = None
    successor_code: str | None = None


_2021, _2022, _2023 = date(2021, 1, 1), date(2022, 1, 1), date(2023, 1, 1)
LATER_CHANGES: dict[str, tuple[str | None, date]] = {
    **dict.fromkeys(("0003", "0010", "0024"), ("1979", _2021)),
    "0788": (None, _2021),
    "0370": ("0439", _2022),
    **dict.fromkeys(("0398", "0416"), ("1980", _2022)),
    **dict.fromkeys(("0756", "0786", "0815", "1684", "1702"), ("1982", _2022)),
    **dict.fromkeys(("0856", "1685"), ("1991", _2022)),
    "0457": ("0363", date(2022, 3, 24)),
    **dict.fromkeys(("0501", "0530", "0614"), ("1992", _2023)),
}
"""Changes of municipalities from 2020 to 2023, which the table of 2019 does not have yet: code, to (new code, from).

Which codes ended and which began follows from the lists; where each date comes from stands in docs/imports.md. None:
divided over several, see DIVIDED.
"""
BEGINNINGS: dict[str, date] = {"1979": _2021, "1980": _2022, "1982": _2022, "1991": _2022, "1992": _2023}
"""First days of the new municipalities among those changes."""
DIVIDED: dict[str, dict[str, str]] = {
    "0788": {"biezenmortel": "0855", "esch": "0757", "haaren": "0824", "helvoirt": "0865"},
}
"""Municipalities that no single one came after: each place (bare name) went to a municipality of its own.

Haaren: Biezenmortel to Tilburg, Esch to Boxtel, Haaren to Oisterwijk, Helvoirt to Vught.
"""


def successors_until(register: Mapping[str, Entry], code: str, day: date) -> list[tuple[str, date]]:
    """What came after a municipality up to and including a day: each next code and its first day, in order."""
    found: list[tuple[str, date]] = []
    seen = {code}
    while len(found) < MOST_STEPS:
        entry = register.get(code)
        if entry is None or entry.ended_on is None or entry.ended_on > day or not entry.successor_code:
            break
        code = entry.successor_code
        if code in seen:
            break
        seen.add(code)
        found.append((code, entry.ended_on))
    return found


def codes_on_day(register: Mapping[str, Entry], code: str, place: str, day: date) -> tuple[str, ...]:
    """Whose an area was on a day, when a list says that it is of ``code``: one code, or the several it may have been.

    Forward along the successors, and by the place where a municipality was divided; backward to the one that had the place's own name, else to all that were joined.
    """
    later = successors_until(register, code, day)
    last = register.get(later[-1][0] if later else code)
    if last is not None and last.code in DIVIDED and last.ended_on and last.ended_on <= day:
        parts = DIVIDED[last.code]
        one = parts.get(bare_name(place))
        return (one,) if one else tuple(sorted(parts.values()))
    if later:
        return (later[-1][0],)
    return _before(register, code, place, day, MOST_STEPS)


def _before(register: Mapping[str, Entry], code: str, place: str, day: date, steps: int) -> tuple[str, ...]:
    entry = register.get(code)
    ended = [one for one in register.values() if one.ended_on and one.ended_on > day]
    if parted := [one.code for one in ended if DIVIDED.get(one.code, {}).get(bare_name(place)) == code]:
        return tuple(parted)
    earlier = [one for one in ended if one.successor_code == code]
    named = [one for one in earlier if bare_name(one.name) == bare_name(place)]
    not_yet = entry is not None and entry.began_on is not None and entry.began_on > day
    chosen = named[:1] if named else earlier if not_yet else []
    if not chosen or not steps:
        return (code,)
    return tuple(sorted({found for one in chosen for found in _before(register, one.code, place, day, steps - 1)}))


def with_divided(codes: Iterable[str]) -> set[str]:
    """These codes, with the parts of those that were divided, and the divided of which they got a part."""
    found = set(codes)
    for whole, parts in DIVIDED.items():
        if whole in found or found & set(parts.values()):
            found |= {whole, *parts.values()}
    return found


def bare_name(name: str) -> str:
    """A name as lists agree on it: "Hengelo (O.)" and "Hengelo (O)" are the same, accents and case aside."""
    plain = unicodedata.normalize("NFKD", name.lower().replace(".", ""))
    return " ".join("".join(mark for mark in plain if not unicodedata.combining(mark)).split())


def code_by_name(entries: Iterable[Entry], name: str, around: date) -> str | None:
    """The code of the municipality with this name: the one that was there around a day, else the latest that was.

    The addition of a province may be left out ("Hengelo" for "Hengelo (O.)") as long as only one is meant.
    """
    wanted = bare_name(name)
    if not wanted:
        return None
    exact = [one for one in entries if bare_name(one.name) == wanted]
    if not exact:
        exact = [one for one in entries if re.sub(r"\s*\(.*\)$", "", bare_name(one.name)) == wanted]
    present = [one for one in exact if _is_there(one, around)]
    if len(present) == 1:
        return present[0].code
    if present:
        return None
    latest = sorted(exact, key=lambda one: one.ended_on or date.max)
    return latest[-1].code if latest else None


def _is_there(entry: Entry, day: date) -> bool:
    return (entry.began_on is None or entry.began_on <= day) and (entry.ended_on is None or entry.ended_on > day)
