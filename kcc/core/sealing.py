"""Sealing identifiers and secrets: encrypted to keep, keyed hash to find. The key is a setting, never in the database."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def seal(key: bytes, plain: str, context: str) -> bytes:
    """Encrypt (AES-256-GCM) text for a named context; the context must be the same to open it."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_sub(key, "seal")).encrypt(nonce, plain.encode(), context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> str:
    """Open what ``seal`` closed; raises cryptography.exceptions.InvalidTag when key, text or context differ."""
    return AESGCM(_sub(key, "seal")).decrypt(sealed[:12], sealed[12:], context.encode()).decode()


def keyed_hash(key: bytes, plain: str, context: str) -> bytes:
    """A hash by which equal texts of one context find each other, useless without the key."""
    return hmac.new(_sub(key, "look-up"), f"{context}\0{plain}".encode(), hashlib.sha256).digest()


def _sub(key: bytes, purpose: str) -> bytes:
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()
