"""How a telephone exchange signs its requests (docs/telephony.md): HMAC-SHA-256 over time, nonce, what is called, and body."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

KEY = "KCC-Key"
TIMESTAMP = "KCC-Timestamp"
NONCE = "KCC-Nonce"
SIGNATURE = "KCC-Signature"
"""The headers of a signed request."""


def signed_text(timestamp: int, nonce: str, called: str, body: bytes) -> bytes:
    """What is signed: version, seconds since 1970, nonce, ``METHOD /path``, each followed by a newline; then the body."""
    return f"v1\n{timestamp}\n{nonce}\n{called}\n".encode() + body


def headers(
    key_id: str, secret: bytes, called: str, body: bytes, *, timestamp: int | None = None, nonce: str | None = None
) -> dict[str, str]:
    """The four headers of a request; ``called`` is ``POST /api/…``. Time and nonce are made when not given."""
    at = int(time.time()) if timestamp is None else timestamp
    once = nonce or secrets.token_urlsafe(16)
    digest = hmac.new(secret, signed_text(at, once, called, body), hashlib.sha256).hexdigest()
    return {KEY: key_id, TIMESTAMP: str(at), NONCE: once, SIGNATURE: f"v1={digest}"}
