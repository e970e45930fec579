"""Forms that the pages of the small world do not show as it stands, so that tests of bad input send them all the same."""

from __future__ import annotations

UNSHOWN: dict[str, tuple[str, dict[str, str], frozenset[str]]] = {
    "contacts.answer": ("agent", {"version": "1"}, frozenset({"body"})),
    "contacts.close": ("agent", {"version": "1"}, frozenset()),
    "contacts.reopen": ("agent", {"version": "1"}, frozenset({"reason"})),
    "contacts.presence": ("agent", {"version": "1"}, frozenset()),
    "contacts.leave": ("agent", {}, frozenset()),
    "desk.reveal": ("agent", {}, frozenset({"reveal_reason"})),
    "desk.find_colleagues": ("agent", {"q0-outcome": "transferred"}, frozenset({"q0-transfer_to"})),
    "knowledge_editing.handle_report": ("editor_all", {}, frozenset()),
    "knowledge_editing.withdraw": ("editor_all", {"version": "1"}, frozenset()),
    "backoffice.release": ("handler", {}, frozenset()),
    "mail.give_to_town": ("supervisor", {"municipality_id": "1"}, frozenset()),
    "mail.send_again": ("agent", {}, frozenset()),
    "mail.settle": ("agent", {}, frozenset()),
    "mail.with_text": ("agent", {"text": "x", "recipient": "jan@example.nl"}, frozenset({"body"})),
    "tuning.save": ("supervisor", {}, frozenset()),
    "tuning.end_crisis": ("supervisor", {}, frozenset()),
    "operations.take_back": ("supervisor", {}, frozenset()),
    "channels.take_number": ("agent", {}, frozenset()),
    "channels.call_number": ("agent", {}, frozenset()),
    "channels.recall_number": ("agent", {}, frozenset()),
    "channels.no_show": ("agent", {}, frozenset()),
    "channels.finish_visit": ("agent", {}, frozenset()),
    "imports.apply_successor": ("administrator", {}, frozenset()),
    "imports.go_on": ("administrator", {}, frozenset()),
    "imports.stop": ("administrator", {}, frozenset()),
    "imports.undo": ("administrator", {}, frozenset()),
    "routing.beat": ("agent", {}, frozenset()),
    "setup.save_skills": ("administrator", {}, frozenset()),
    "setup.decide_proposal": ("administrator", {"do": "confirm"}, frozenset()),
    "setup.hand_conversation": ("supervisor", {}, frozenset({"account_id"})),
    "account.confirm": ("agent", {}, frozenset({"code"})),
    "account.drop": ("agent", {}, frozenset({"code", "password"})),
}
"""Who sends each, with which fields, and which of those are typed."""
