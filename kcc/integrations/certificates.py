"""The certificate that visitors of an address get to see."""

from __future__ import annotations

import ssl
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

TIMEOUT_SECONDS = 2.0


class NoCertificate(Exception):
    """Nothing at this address shows a certificate."""


def expires_at(url: str) -> datetime:
    """When (UTC) the certificate at this https address ends. Raises NoCertificate when there is none to be seen."""
    parts = urlsplit(url)
    try:
        text = ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=TIMEOUT_SECONDS)
        return x509.load_pem_x509_certificate(text.encode()).not_valid_after_utc
    except (OSError, ValueError) as fault:
        raise NoCertificate(type(fault).__name__) from fault
