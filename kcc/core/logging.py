"""Logs as JSON lines: event words and ids, never names, numbers or what was typed."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JSONLines(logging.Formatter):
    """One JSON object a line; a fault shows where it arose and its kind, not its message, which may quote values."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for one record."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        line.update({key: value for key, value in record.__dict__.items() if key not in PLAIN})
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_info[0].__name__
            steps = []
            trace = record.exc_info[2]
            while trace is not None:
                steps.append(f"{trace.tb_frame.f_code.co_filename.rpartition('kcc/')[2]}:{trace.tb_lineno}")
                trace = trace.tb_next
            line["where"] = steps[-6:]
        return json.dumps(line, default=str, ensure_ascii=False)


def set_up_logging(level: int = logging.INFO) -> None:
    """Send KCC's own log lines to standard error as JSON, once."""
    root = logging.getLogger("kcc")
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JSONLines())
        root.addHandler(handler)
        root.setLevel(level)
        root.propagate = False
