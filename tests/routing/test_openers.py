"""Where an agent goes with an item: each kind its own way, else the ticket, and nowhere is told."""

from __future__ import annotations

import uuid

import pytest

from kcc.core.errors import NotFound
from kcc.core.permissions import Actor
from kcc.routing import openers
from kcc.routing.models import WorkItem

ACTOR = Actor(uuid.uuid4())


def test_a_kind_with_an_opener_goes_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openers, "OPENERS", {})
    openers.register_opener("call", lambda actor, item: f"/talk/{item.kind}/{actor.account_id}")
    assert openers.open_item(actor=ACTOR, item=WorkItem(kind="call")) == f"/talk/call/{ACTOR.account_id}"


def test_another_kind_goes_to_its_ticket_and_without_one_there_is_nowhere_to_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openers, "OPENERS", {})
    monkeypatch.setattr(openers, "_ticket_url", [lambda ticket_id: f"/ticket/{ticket_id}"])
    ticket_id = uuid.uuid4()
    assert openers.open_item(actor=ACTOR, item=WorkItem(kind="mail", ticket_id=ticket_id)) == f"/ticket/{ticket_id}"
    with pytest.raises(NotFound):
        openers.open_item(actor=ACTOR, item=WorkItem(kind="call"))
