"""What each part says of its own health: rooms register a check, the page of the installation's health asks them all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from kcc.core.db import db

logger = logging.getLogger(__name__)


class Level(IntEnum):
    """How bad something is; the worst is shown first."""

    GOOD = 0
    ATTENTION = 1
    WRONG = 2


@dataclass(frozen=True)
class Finding:
    """One line of the health page: about what, how bad, what is seen, and what to do. Texts may be lazy translations."""

    subject: object
    level: Level
    seen: object
    advice: object = ""


Check = Callable[[datetime], Iterable[Finding]]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a check; it runs in the reader's scope, so it sees no more than the reader may."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


def findings(at: datetime, fallen: object) -> list[Finding]:
    """What every check finds at a moment (UTC), worst first; a check that fails is itself a finding, with ``fallen`` as text."""
    found: list[Finding] = []
    for name, function in CHECKS.items():
        try:
            found.extend(function(at))
        except Exception as fault:
            # A failed statement spoils the transaction; the next check begins one of its own in the same scope.
            db.session.rollback()
            logger.warning("health check failed", extra={"check": name, "fault": type(fault).__name__})
            found.append(Finding(name, Level.WRONG, fallen))
    return sorted(found, key=lambda finding: -finding.level)
