"""A view without a stamp is nobody's."""

from __future__ import annotations

from kcc.core.permissions import Permission
from kcc.web.guards import public, reads, repeatable, requires, stamp_of


def test_a_plain_function_has_no_stamp() -> None:
    assert stamp_of(lambda: "") is None


def test_marks_alone_do_not_open_a_view() -> None:
    @reads
    @repeatable("why")
    def view() -> str:
        return ""

    assert stamp_of(view) is None


def test_stamps_say_permission_and_marks() -> None:
    @requires(Permission.TICKET_READ)
    @reads
    def view() -> str:
        return ""

    @public("why")
    def page() -> str:
        return ""

    stamp = stamp_of(view)
    assert stamp is not None and stamp.permission == Permission.TICKET_READ and stamp.reads
    open_stamp = stamp_of(page)
    assert open_stamp is not None and open_stamp.permission is None and open_stamp.why == "why"
