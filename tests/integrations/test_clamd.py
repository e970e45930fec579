"""The virus scanner's client: a verdict, or none at all."""

from __future__ import annotations

import socket

import pytest

from kcc.integrations.clamd import CHUNK, ScannerUnreachable, scan, verdict
from tests.integrations.scanner import EICAR, running_scanner


def test_a_clean_file_is_clean_and_reaches_the_scanner_whole() -> None:
    data = bytes(range(256)) * (CHUNK // 100)
    with running_scanner() as scanner:
        assert scan(scanner.address, data) == ""
        assert scanner.seen == [data]


def test_a_virus_is_named() -> None:
    with running_scanner() as scanner:
        assert scan(scanner.address, b"voor" + EICAR) == "Eicar-Test-Signature"


def test_nobody_there_is_no_verdict() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(ScannerUnreachable):
        scan(address, b"x", seconds=2)


@pytest.mark.parametrize("address", ["", "no port", "127.0.0.1:nul", "/nowhere/clamd.ctl"])
def test_an_address_that_is_none_is_no_verdict(address: str) -> None:
    with pytest.raises(ScannerUnreachable):
        scan(address, b"x", seconds=2)


@pytest.mark.parametrize(
    "answer", [b"", b"\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK-ish\0", b"FOUND\0"]
)
def test_any_other_answer_is_no_verdict(answer: bytes) -> None:
    with running_scanner() as scanner:
        scanner.answer = answer
        with pytest.raises(ScannerUnreachable):
            scan(scanner.address, b"x")


def test_a_scanner_that_never_answers_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(ScannerUnreachable):
            scan(f"127.0.0.1:{silent.getsockname()[1]}", b"x", seconds=0.2)


def test_a_finding_without_a_name_is_a_finding() -> None:
    assert verdict("stream:  FOUND") == "onbekend"
