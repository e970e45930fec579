"""Two people change the same thing of a town's set-up, on paper: when does the second one undo what the first did?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def undoes(wanted: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None, *, in_force: bool) -> bool:
    """Whether making a change would undo one that was made since its page was opened.

    ``wanted`` has the fields that would become other than they are now, ``theirs`` the fields that the other change set;
    None takes the thing away. While the other change waits for its day (not ``in_force``), the same value undoes nothing.
    """
    if wanted is None or theirs is None:
        return True
    both = wanted.keys() & theirs.keys()
    return bool(both) if in_force else any(wanted[name] != theirs[name] for name in both)
