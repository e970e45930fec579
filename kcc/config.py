"""Settings, read once from ``KCC_…`` variables; a start with any of them missing says all that is missing."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kcc.core.errors import BadConfiguration

ROOT = Path(__file__).resolve().parent.parent
REQUIRED = ("KCC_APP_URL", "KCC_SECRET_KEY", "KCC_DATA_KEY")


@dataclass(frozen=True)
class Settings:
    """What one process of KCC needs to know of its surroundings.

    No secret has a default. ``owner_url`` and ``platform_url`` are only given to processes that migrate or run commands.
    ``trusted_proxies``: how many servers stand in front and add the visitor's address; 0 believes no such header.
    """

    app_url: str
    secret_key: str
    data_key: bytes
    platform_url: str | None = None
    owner_url: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    live_url: str | None = None
    smtp_url: str | None = None
    mail_from: str = "kcc@localhost"
    pool_size: int = 5
    session_idle_minutes: int = 60
    session_hours: int = 12
    max_form_bytes: int = 2_000_000
    trusted_proxies: int = 0
    files_path: str = str(ROOT / "var" / "files")
    clamd: str | None = None
    metrics_token: str | None = field(default=None, repr=False)

    @property
    def is_https(self) -> bool:
        """Whether people reach KCC over TLS; decides the cookie's ``Secure`` and ``__Host-`` marks."""
        return self.public_url.startswith("https://")


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment; raises BadConfiguration naming every missing or unusable variable at once."""
    missing = [name for name in REQUIRED if not environ.get(name)]
    if missing:
        raise BadConfiguration("missing settings: " + ", ".join(missing))
    try:
        data_key = base64.b64decode(environ["KCC_DATA_KEY"], validate=True)
    except ValueError as error:
        raise BadConfiguration("KCC_DATA_KEY is not base64") from error
    if len(data_key) != 32:
        raise BadConfiguration("KCC_DATA_KEY must be 32 bytes in base64")
    if len(environ["KCC_SECRET_KEY"]) < 32:
        raise BadConfiguration("KCC_SECRET_KEY must be at least 32 characters")
    return Settings(
        app_url=environ["KCC_APP_URL"],
        secret_key=environ["KCC_SECRET_KEY"],
        data_key=data_key,
        platform_url=environ.get("KCC_PLATFORM_URL"),
        owner_url=environ.get("KCC_OWNER_URL"),
        public_url=environ.get("KCC_PUBLIC_URL", Settings.public_url),
        live_url=environ.get("KCC_LIVE_URL"),
        smtp_url=environ.get("KCC_SMTP_URL"),
        mail_from=environ.get("KCC_MAIL_FROM", Settings.mail_from),
        pool_size=int(environ.get("KCC_POOL_SIZE", Settings.pool_size)),
        metrics_token=environ.get("KCC_METRICS_TOKEN"),
        trusted_proxies=int(environ.get("KCC_TRUSTED_PROXIES", Settings.trusted_proxies)),
        files_path=environ.get("KCC_FILES") or str(Path(environ.get("KCC_VAR") or ROOT / "var") / "files"),
        clamd=environ.get("KCC_CLAMD") or None,
    )
