"""Passwords and one-time codes, worked out on paper: no database, no web."""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import datetime

import pyotp
from argon2.low_level import Type, hash_secret_raw

from kcc.core.errors import InvalidInput

SHORTEST = 12
LONGEST = 200
STEP_SECONDS = 30
RECOVERY_CODES = 10


def make_salt() -> bytes:
    """A fresh salt of 16 bytes."""
    return os.urandom(16)


def proof_of(password: str, salt: bytes) -> bytes:
    """The argon2id output (19 MiB, 2 passes, 1 lane; OWASP password storage) that proves knowledge of the password.

    The database keeps only its SHA-256 and compares itself, so that nothing but the password opens a session.
    """
    return hash_secret_raw(
        password.encode("utf-8", "surrogatepass"),
        salt,
        time_cost=2,
        memory_cost=19456,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )


def verifier_of(proof: bytes) -> bytes:
    """What the database keeps of a proof."""
    return hashlib.sha256(proof).digest()


def refuse_weak(password: str, email: str) -> None:
    """Raise InvalidInput when a password is too short, too long, or is the address itself (NIST SP 800-63B)."""
    if len(password) < SHORTEST:
        raise InvalidInput("Kies een wachtwoord van ten minste 12 tekens.", field="new_password")
    if len(password) > LONGEST:
        raise InvalidInput("Dit wachtwoord is te lang (hoogstens 200 tekens).", field="new_password")
    if len(set(password)) < 5 or password.casefold() in email.casefold():
        raise InvalidInput("Dit wachtwoord is te makkelijk te raden.", field="new_password")


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step (RFC 6238, 30 s, one step of slack either way) that a code belongs to, or None."""
    digits = "".join(c for c in code if c in "0123456789")
    now_step = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (now_step - 1, now_step, now_step + 1):
        if len(digits) == 6 and secrets.compare_digest(totp.at(step * STEP_SECONDS), digits):
            return step
    return None


def make_totp_secret() -> str:
    """A fresh secret of 160 bits in base 32, as authenticator apps want it."""
    return pyotp.random_base32()


def totp_uri(secret: str, email: str) -> str:
    """The address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="KCC")


def is_totp_code(code: str) -> bool:
    """Whether what was typed looks like the six digits of an app, rather than like a recovery code."""
    bare = code.replace(" ", "")
    return len(bare) == 6 and all(c in "0123456789" for c in bare)


def make_recovery_codes() -> list[str]:
    """Ten codes such as 'k7mq-x2vd', each good once."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return [
        "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]


def hash_recovery_code(code: str) -> bytes:
    """What is kept of a recovery code."""
    return hashlib.sha256(code.replace("-", "").replace(" ", "").lower().encode()).digest()


def make_secret() -> str:
    """A fresh session secret: 32 random bytes, in letters and digits."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """What the database keeps of a session secret."""
    return hashlib.sha256(secret.encode()).digest()


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
           ("Linux", "Linux"))  # fmt: skip


def device_label(user_agent: str) -> str:
    """A short name of a browser and its system, such as 'Firefox, Windows', to recognise one's own sessions by."""
    names = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in names if name) or "?"


def own_path(target: str | None) -> str:
    """``target`` when it is a path of this site, else "/": nobody is sent elsewhere after signing in."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or "\\" in target:
        return "/"
    if any(ord(c) < 33 or ord(c) == 127 for c in target):
        return "/"
    return "/" if target.startswith(("/sign-in", "/sign-out")) else target
