"""The process that reads mail for others: bytes in, JSON out, within limits of its own; whoever waits for it may end it.

``python -m kcc.integrations.mail_reader`` reads requests on standard input: four bytes of length and that much JSON
(``{"do": "read"}`` or ``{"do": "parts", "places": [n, …]}``), eight bytes of length and the mail. It answers with eight bytes of
length and the result. Each mail gets ``CPU_SECONDS`` of computing; memory is bounded for all of them together.
"""

from __future__ import annotations

import base64
import json
import resource
import signal
import struct
import sys
from typing import Any

from kcc.integrations.mail_message import TooMuch, parts_bytes, read_mail

CPU_SECONDS = 10
MEMORY_BYTES = 768_000_000
LARGEST_ANSWER = 60_000_000


def answer(request: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """The result of one request, or what stood in its way (``fault``: a word of ours)."""
    try:
        if request.get("do") == "parts":
            found = parts_bytes(raw, [int(place) for place in request["places"]])
            return {"data": [base64.b64encode(data).decode() for data in found]}
        return {"read": read_mail(raw)}
    except TooMuch as limit:
        return {"fault": f"limit_{limit}"}
    except RecursionError:
        return {"fault": "limit_depth"}
    except MemoryError:
        return {"fault": "memory"}
    except Exception as fault:  # whatever a mail brings about, the reader goes on with the next
        return {"fault": "unreadable", "kind": type(fault).__name__}


def serve() -> None:
    """Answer requests until there are no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    while True:
        head = sys.stdin.buffer.read(4)
        if len(head) < 4:
            return
        request = json.loads(sys.stdin.buffer.read(struct.unpack(">I", head)[0]))
        raw = sys.stdin.buffer.read(struct.unpack(">Q", sys.stdin.buffer.read(8))[0])
        # The signal's own effect ends the process: code that hangs in C would never see an exception.
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        text = json.dumps(answer(request, raw), ensure_ascii=True).encode()
        signal.setitimer(signal.ITIMER_PROF, 0)
        if len(text) > LARGEST_ANSWER:
            text = b'{"fault": "limit_answer"}'
        sys.stdout.buffer.write(struct.pack(">Q", len(text)) + text)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve()
