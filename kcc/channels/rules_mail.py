"""Mail on paper: which mail no machine may answer, what it refers to, what is new in it, and the words that we send.

What counts as automatic follows RFC 3834 (Auto-Submitted, the null sender), RFC 2919 and 2369 (List-*), RFC 3464
(delivery reports) and the headers that mail programs made up before there were standards.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import takewhile
from typing import Any

from kcc.contacts.rules import Reference, parse_reference
from kcc.core.cleaning import clean_text

KEPT_DAYS = 365
"""Days that the bytes of a mail are kept after it was decided about; what was read of it stays with its ticket."""
DISMISSED_KEPT_DAYS = 90
"""The same for mail that was no question; all that it said is dropped with the bytes."""
UNDO_TIME = timedelta(seconds=60)
RECEIPTS_EACH_DAY = 1
"""Receipts to one address in 24 hours: two machines that answer each other fall silent after the first."""
RECEIPTS_EACH_HOUR = 300
"""Receipts of one town in an hour: a flood of made-up senders is not passed on to them."""
STUCK_AFTER = timedelta(minutes=5)
MOST_TRIES = 3

_DAEMON = re.compile(
    r"^<?(mailer-?daemon|postmaster|mail[-.]?delivery[-.]?(sub)?system|mmdf|bounces?)\b", re.IGNORECASE
)
_BOUNCED = re.compile(
    r"undeliver|delivery (status notification|fail|has failed|report)|returned mail|failure notice|mail delivery (failed|system)"
    r"|delivery failure|onbestelba|niet (bezorgd|afgeleverd)|mail could not be delivered|message status|warning: could not send"
    r"|non.?delivery",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"^\W*((re|antw?|aw)\W+)*(auto(matic|matisch|mated|matische)?[ -]?(reply|response|antwoord|answer|e-?mail)|out of (the )?office"
    r"|afwezig(heid)?|niet aanwezig|abwesenheit|réponse automatique|ontvangstbevestiging)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z0-9]{1,5}-[0-9]{2}-[0-9]{1,9})(?![\w-])", re.ASCII)


def automatic_kind(read: Mapping[str, Any], envelope_from: str | None = None) -> str:
    """What kind of machine sent this mail; "" when somebody wrote it. ``envelope_from``: of the delivery, when known.

    ``bounce``, ``read_receipt``, ``complaint``, ``auto_reply``, ``loop``, ``list``, ``generated``, ``null_sender``, or
    ``suppress``: somebody may have written it, but asks that no machine answers.
    """
    headers = _Headers(read.get("headers", {}))
    report = read.get("report", {})
    kind = _reported(report) or _replied(headers, read) or _from_list(headers)
    if kind:
        return kind
    null = envelope_from == "" or headers.has("return-path", r"^<?\s*>?$")
    daemon = _DAEMON.match(headers.first("return-path"))
    if _DAEMON.match(str(read.get("from_address", ""))) and (
        null or daemon or _BOUNCED.search(str(read.get("subject", "")))
    ):
        return "bounce"
    if headers.given("x-failed-recipients"):
        return "bounce"
    if null:
        return "bounce" if _BOUNCED.search(str(read.get("subject", ""))) or report.get("about") else "null_sender"
    if headers.has("x-auto-response-suppress", r"all|autoreply|oof|dr|rn|nrn"):
        return "suppress"
    return ""


def _reported(report: Mapping[str, Any]) -> str:
    kind = str(report.get("type", "")).lower()
    if kind == "disposition-notification":
        return "read_receipt"
    if kind == "feedback-report":
        return "complaint"
    return "bounce" if kind or report.get("action") or report.get("status") else ""


def _replied(headers: _Headers, read: Mapping[str, Any]) -> str:
    if headers.given("x-loop"):
        return "loop"
    submitted = headers.first("auto-submitted").lower()
    if submitted.startswith("auto-replied") or any(
        headers.given(name) for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from")
    ):
        return "auto_reply"
    if headers.has("precedence", r"auto[_-]?reply") or _AWAY.search(str(read.get("subject", ""))):
        return "auto_reply"
    if submitted and not re.match(r"no\b", submitted):
        daemon = _DAEMON.match(str(read.get("from_address", ""))) or _BOUNCED.search(str(read.get("subject", "")))
        return "bounce" if daemon else "generated"
    return ""


def _from_list(headers: _Headers) -> str:
    listed = any(headers.given(name) for name in ("list-id", "list-unsubscribe", "list-post"))
    return "list" if listed or headers.has("precedence", r"^\s*(list|bulk|junk)\b") else ""


class _Headers:
    """Headers by their names in small letters."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self.values = {name.lower(): list(found) for name, found in values.items()}

    def given(self, name: str) -> bool:
        return name in self.values

    def first(self, name: str) -> str:
        return (self.values.get(name) or [""])[0].strip()

    def has(self, name: str, pattern: str) -> bool:
        return any(re.search(pattern, value.strip(), re.IGNORECASE) for value in self.values.get(name, ()))


def says_undelivered(report: Mapping[str, Any]) -> bool:
    """Whether a delivery report says that a mail did not and will not arrive: neither delayed nor passed on."""
    return str(report.get("action", "failed")).lower().split()[:1] not in (
        ["delayed"],
        ["delivered"],
        ["relayed"],
        ["expanded"],
    )


def references_in(text: str) -> list[Reference]:
    """References such as BRI-26-004217 that stand in a text, in order, each once."""
    found = (parse_reference(each) for each in _REFERENCES.findall(text))
    return list(dict.fromkeys(each for each in found if each is not None))


# -- what is new in a reply ------------------------------------------------------------------------------------------

_VERBS = r"(wrote|schreef|geschreven|schrieb|a écrit|écrit|escribi[oó]|ha scritto|skrev|escreveu|napisał\S*|написал\S*|пише|писал\S*|via [\w ]+)"
_WROTE = re.compile(
    rf"^\s*[>|]*\s*(?:(?:on|op|am|le|el|il|den|em|dnia|w dniu)\b.{{3,260}}?{_VERBS}|.{{0,200}}\d{{1,2}}[:.]\d{{2}}\b.{{0,160}}?(?:{_VERBS}|<[^>]*@[^>]*>)"
    rf"|.{{2,120}}<[^>]*@[^>]*>\s*{_VERBS}.{{0,80}}|.{{1,120}}(?:schreef|wrote)(?: op .{{5,60}})?)[^\n:]{{0,160}}:\s*$"
    r"|^\s*\d{4}-\d\d-\d\d \d\d?:\d\d (?:GMT|UTC).{0,200}$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"^\s*[>|]*\s*((on|op|am|le|el|il|den|em|dnia)\b.*\d|w dniu|\d{1,4}[ ./-])", re.IGNORECASE)
_DIVIDED = re.compile(
    r"^\s*[-_=*]{2,}\s*(original message|oorspronkelijk bericht|doorgestuurd bericht|forwarded message|ursprüngliche nachricht"
    r"|message d'origine|reply (above|below)|original-nachricht)",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^\s*\*?(from|van|von|de|afzender)\*?\s*:\*?\s+\S", re.IGNORECASE)
_HEAD_MORE = re.compile(
    r"^\s*\*?(sent|verzonden|gesendet|envoyé|date|datum|to|aan|an|à|subject|onderwerp|betreff)\*?\s*:", re.IGNORECASE
)
_SENT_FROM = re.compile(
    r"^\s*(sent (from|via|with) |verzonden (vanaf|met|vanuit|via) |verstuurd (vanaf|met) |get \W?outlook for|outlook voor |gesendet (von|mit) "
    r"|sendt fra |skickat från |envoyé de |[-_=*]{5,}\s*$)",
    re.IGNORECASE,
)
MOST_LINES = 5_000


def split_quoted(text: str) -> tuple[str, str]:
    """A mail's text in two: what its sender wrote now, and what stands quoted from before (with the line above it).

    An answer below its quotation is found too. Nothing is thrown away: without a sign of a quotation all is new.
    """
    lines = text.split("\n")[:MOST_LINES]
    rest = "\n".join(text.split("\n")[MOST_LINES:])
    at = next((number for number in range(len(lines)) if _begins_quotation(lines, number)), None)
    if at is None:
        quoted = list(takewhile(lambda line: line.startswith(">") or not line.strip(), lines))
        fresh = lines[len(quoted) :]
        if not fresh or any(line.startswith(">") for line in fresh):
            fresh, quoted = lines, []
    elif any(line.strip() for line in lines[:at]):
        fresh, quoted = lines[:at], lines[at:]
    else:
        below = [line for line in lines[at:] if not line.lstrip().startswith(">") and not _WROTE.match(line)]
        is_below = any(line.lstrip().startswith(">") for line in lines[at:]) and any(line.strip() for line in below)
        fresh, quoted = (below, [line for line in lines if line not in below]) if is_below else (lines, [])
    while fresh and (not fresh[-1].strip() or _SENT_FROM.match(fresh[-1])):
        quoted = [fresh.pop(), *quoted]
    return "\n".join(fresh).strip(), "\n".join([*quoted, *([rest] if rest else [])]).strip("\n")


def _begins_quotation(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if _DIVIDED.match(line) or _WROTE.match(line):
        return True
    if line.strip() in ("--", "—", "-- *"):
        return True
    # The line above a quotation is often broken in two or three.
    if _OPENS.match(line) and any(_wrote(lines, at, many) for many in (2, 3)):
        return True
    if _HEAD.match(line) and sum(bool(_HEAD_MORE.match(each)) for each in lines[at + 1 : at + 6]) >= 2:
        return True
    return line.startswith(">") and all(each.startswith(">") or not each.strip() for each in lines[at:])


def _wrote(lines: Sequence[str], at: int, many: int) -> bool:
    return at + many <= len(lines) and bool(_WROTE.match(" ".join(each.strip() for each in lines[at : at + many])))


# -- what we send ----------------------------------------------------------------------------------------------------


def message_id(outgoing_id: uuid.UUID, sender: str) -> str:
    """The Message-ID of a mail of ours, fixed when it is written: not to be guessed, in the sender's domain."""
    return f"<{outgoing_id}@{sender.rpartition('@')[2] or 'kcc.invalid'}>"


def reply_subject(subject: str, reference: str) -> str:
    """The subject of an answer: ``Re:`` once, the town's own reference once, on one line."""
    plain = re.sub(
        r"^\W*((re|antw?|aw|fwd?|fw)\s*:\s*)+", "", clean_text(subject, multiline=False), flags=re.IGNORECASE
    )
    plain = re.sub(rf"\s*\[?{re.escape(reference)}\]?", "", plain, flags=re.IGNORECASE).strip()[:150]
    return f"Re: {plain} [{reference}]" if plain else f"Uw vraag [{reference}]"


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text of a town with its placeholders ({gemeente}, {kenmerk}, {medewerker}) filled in; others stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), text)


def with_signature(body: str, signature: str) -> str:
    """A letter with the town's signature below it."""
    return f"{body.rstrip()}\n\n{signature.strip()}\n" if signature.strip() else f"{body.rstrip()}\n"


def thread_of(before: str, in_reply_to: str, most: int = 20) -> str:
    """The References of an answer: the thread so far and what it answers, the oldest left out when there are many."""
    found = list(dict.fromkeys([*before.split(), *in_reply_to.split()]))
    return " ".join(found[:1] + found[1:][-(most - 1) :])


def same_address(address: str, others: Iterable[str]) -> bool:
    """Whether an e-mail address is one of these, capitals aside."""
    return bool(address) and address.casefold() in {other.casefold() for other in others}
