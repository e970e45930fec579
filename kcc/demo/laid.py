"""What a demonstration centre has laid in the database so far, by the keys of its content."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field


@dataclass
class Laid:
    """The ids of what was laid in the database, by the keys of the content."""

    centre_id: int = 0
    towns: dict[str, int] = field(default_factory=dict)
    departments: dict[tuple[str, str], int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    entrances: dict[tuple[str, str], int] = field(default_factory=dict)
    accounts: dict[str, uuid.UUID] = field(default_factory=dict)
