"""Intake on paper: how a text from outside becomes what is kept of it."""

from __future__ import annotations

from kcc.core.cleaning import clean_text

LONGEST_PART = 20_000
MOST_PARTS = 5
NOTHING = "Dit bericht heeft geen tekst."
CUT = "\n\n[De rest staat in het oorspronkelijke bericht.]"


def parts_of(subject_line: str, text: str) -> list[str]:
    """A subject and text as pieces that each fit one writing (20,000 characters), at least one and at most five.

    Breaks at the end of a line where there is one. What does not fit in five pieces is said to stand in the original.
    """
    head, body = clean_text(subject_line, multiline=False), clean_text(text, multiline=True)
    rest = "\n\n".join(piece for piece in (head, body) if piece) or NOTHING
    parts: list[str] = []
    while rest and len(parts) < MOST_PARTS:
        last = len(parts) == MOST_PARTS - 1
        if len(rest) <= LONGEST_PART:
            parts.append(rest)
            break
        room = LONGEST_PART - (len(CUT) if last else 0)
        at = rest.rfind("\n", room // 2, room)
        at = room if at == -1 else at
        parts.append(rest[:at].strip() + (CUT if last else ""))
        rest = rest[at:].strip()
    return parts
