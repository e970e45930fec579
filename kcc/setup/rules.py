"""How opening hours are typed and shown: "08:30-12:00, 13:00-17:00", and for a week "ma-vr 09:00-12:00; za 10:00-12:00"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

from kcc.core.errors import InvalidInput

DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
BLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|tot)\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)


def parse_blocks(text: str) -> list[list[str]]:
    """The blocks of a day; empty text or "gesloten" gives none. Raises InvalidInput for what is no block."""
    plain = text.strip().lower()
    if plain in ("", "-", "–", "dicht", "gesloten", "closed"):
        return []
    found = []
    for part in re.split(r"[,;]|\ben\b", plain):
        match = BLOCK.fullmatch(part.strip())
        if match is None:
            raise InvalidInput("Schrijf openingstijden als 08:30-12:00, 13:00-17:00.")
        opens, opens_at, closes, closes_at = match.groups()
        found.append([f"{int(opens):02d}:{opens_at or '00'}", f"{int(closes):02d}:{closes_at or '00'}"])
    return found


def blocks_text(blocks: Iterable[Iterable[str]]) -> str:
    """A day as it may be typed again."""
    return ", ".join("-".join(block) for block in blocks)


def parse_week(text: str) -> dict[str, list[list[str]]]:
    """A week typed in one line. Raises InvalidInput."""
    week: dict[str, list[list[str]]] = {}
    for part in (each.strip() for each in text.split(";")):
        if not part:
            continue
        days, _space, blocks = part.partition(" ")
        for number in _days(days.lower()):
            week[str(number)] = [*week.get(str(number), []), *parse_blocks(blocks)]
    return week


def week_text(week: Mapping[str, Iterable[Iterable[str]]]) -> str:
    """A week in one line, days that are alike together."""
    each = [(number, blocks_text(week.get(str(number), []))) for number in range(7)]
    parts = []
    for blocks, days in groupby(each, key=lambda pair: pair[1]):
        numbers = [number for number, _blocks in days]
        if blocks:
            name = DAYS[numbers[0]] if len(numbers) == 1 else f"{DAYS[numbers[0]]}-{DAYS[numbers[-1]]}"
            parts.append(f"{name} {blocks}")
    return "; ".join(parts)


def _days(text: str) -> range:
    first, _dash, last = text.partition("-")
    if first not in DAYS or (last and last not in DAYS):
        raise InvalidInput("Begin met de dagen, zoals ma-vr 09:00-12:00.")
    return range(DAYS.index(first), DAYS.index(last or first) + 1)
