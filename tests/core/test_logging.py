"""Logs hold events and ids, never what a fault quotes."""

from __future__ import annotations

import json
import logging
import sys

from kcc.core.logging import JSONLines


def test_a_fault_shows_its_kind_and_place_but_not_its_message() -> None:
    try:
        raise ValueError("999990019 of mevrouw De Jong")
    except ValueError:
        record = logging.LogRecord("kcc.x", logging.ERROR, "x", 1, "failed", (), sys.exc_info())
    record.ticket_id = "abc"
    line = JSONLines().format(record)
    assert "Jong" not in line and "999990019" not in line
    read = json.loads(line)
    assert (read["event"], read["fault"], read["ticket_id"]) == ("failed", "ValueError", "abc")
