"""How an exchange signs."""

from __future__ import annotations

from kcc.integrations.telephony import signing


def test_the_example_of_the_documentation() -> None:
    made = signing.headers(
        "kcc-0011223344aa", b"geheim", "POST /api/telephony/v1/events", b'{"id":"1"}', timestamp=1764061200, nonce="n0nce-n0nce"
    )  # fmt: skip
    assert made == {
        "KCC-Key": "kcc-0011223344aa",
        "KCC-Timestamp": "1764061200",
        "KCC-Nonce": "n0nce-n0nce",
        "KCC-Signature": "v1=" + EXAMPLE,
    }


def test_each_request_has_a_nonce_of_its_own() -> None:
    first, second = (signing.headers("k", b"s", "GET /x", b"") for _ in range(2))
    assert first["KCC-Nonce"] != second["KCC-Nonce"]


EXAMPLE = "efbc84bae8a71a6fba919f5a9af243d336f327bb032cdd92ff057d3ed671c97b"
