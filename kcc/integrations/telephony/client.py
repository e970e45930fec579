"""A signed request to KCC, for an exchange: a dozen lines that can be written again in any language (docs/telephony.md)."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from kcc.integrations.telephony import signing

BASE = "/api/telephony/v1"
TRIES = 6
SECONDS_PER_TRY = 5.0


class Refused(Exception):
    """KCC said no, and will say no again: the status, and what it said."""


@dataclass
class Client:
    """Where KCC is, and the key of this exchange. May be used by several threads."""

    address: str
    key_id: str
    secret: bytes = field(repr=False)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send an event or a question, again with a new signature until there is an answer.

        The same ``id`` in the body makes a repeat harmless. Raises Refused, OSError when KCC stays out of reach.
        """
        data = json.dumps({"id": secrets.token_hex(12), **body}).encode()
        for attempt in range(TRIES):
            try:
                return self._once(path, data)
            except urllib.error.HTTPError as fault:
                said = fault.read().decode(errors="replace")
                if fault.code < 500:
                    raise Refused(f"{fault.code} {said[:200]}") from fault
            except OSError:
                if attempt == TRIES - 1:
                    raise
            time.sleep(0.2 * 2**attempt)
        raise OSError("KCC is out of reach")

    def _once(self, path: str, data: bytes) -> dict[str, Any]:
        called = f"POST {BASE}{path}"
        headers = {"Content-Type": "application/json", **signing.headers(self.key_id, self.secret, called, data)}
        request = urllib.request.Request(f"{self.address}{BASE}{path}", data, headers, method="POST")
        with urllib.request.urlopen(request, timeout=SECONDS_PER_TRY) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
