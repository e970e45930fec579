"""The web form on paper: codes, digests, what makes a form doubtful, and what a citizen may do when."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kcc.core.sealing import keyed_hash

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which people misread or misspell."""
CODE_LENGTH = 10
"""Fifty bits: with ten tries per reference in five minutes, guessing takes longer than a question is kept."""
LOOKALIKES = str.maketrans("ILO", "110")
FEWEST_SECONDS = 3.0
"""Nobody reads and fills a form faster."""
MOST_LINKS = 4
CHANGEABLE_FOR = timedelta(days=1)
SAME_WITHIN = timedelta(hours=1)
"""Within this time the same text by the same entrance is the same question, sent again."""
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_SITE = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?")
LANGUAGES = ("nl", "en")
ANSWER_WAYS = ("status", "email", "phone")


def digest_of(body: Mapping[str, Any]) -> bytes:
    """A fingerprint of what was sent, by which the same form is known again."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def status_code(data_key: bytes, key: uuid.UUID, digest: bytes) -> str:
    """The code with which a citizen sees how a question stands: ten characters in two groups, such as 7K2QM-0XR4T.

    It follows from the form's key and text and a secret of ours, so that a form sent twice gets the same code, and the
    code itself is stored nowhere.
    """
    made = hmac.new(data_key, b"status-code\0" + key.bytes + digest, hashlib.sha256).digest()
    number = int.from_bytes(made[:8], "big")
    letters = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def plain_code(typed: str) -> str:
    """A code as people type it (small letters, spaces, O for 0) in its one plain form, without the dash."""
    return re.sub(r"[^0-9A-Z]", "", typed.upper()).translate(LOOKALIKES)[:40]


def code_hash(data_key: bytes, code: str) -> bytes:
    """What is kept of a code."""
    return keyed_hash(data_key, plain_code(code), "status-code")


def address_hash(data_key: bytes, address: str) -> bytes:
    """What is kept of the network address of a stranger: enough to count, useless without the key."""
    return keyed_hash(data_key, address, "form-address")


def doubts_of(*, trap: str, seconds: float, text: str) -> list[str]:
    """Why a form may not be a question of a person: words of ours, empty when nothing is odd.

    ``trap`` is what stands in the field that people do not see, ``seconds`` how long the form was open.
    """
    found = []
    if trap.strip():
        found.append("trap")
    if seconds < FEWEST_SECONDS:
        found.append("too_fast")
    if len(_LINK.findall(text)) > MOST_LINKS:
        found.append("links")
    return found


def may_rate(status: str | None, first_rated_at: datetime | None, at: datetime) -> bool:
    """Whether a citizen may rate now (times UTC): after closing; and change that for a day."""
    return status == "closed" and (first_rated_at is None or at < first_rated_at + CHANGEABLE_FOR)


def sites_of(typed: str) -> list[str]:
    """The sites that may show a form in a frame, as typed: one origin on each line. Raises ValueError naming a wrong one."""
    sites = [line.strip().lower().rstrip("/") for line in typed.splitlines() if line.strip()]
    for site in sites:
        if not _SITE.fullmatch(site):
            raise ValueError(site)
    return sorted(set(sites))
