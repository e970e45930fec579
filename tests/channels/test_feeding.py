"""A folder of raw mails goes through the same intake, and each file is accounted for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from kcc.channels.feeding import Line, Outcome
from tests.channels.mails import letter
from tests.support.world import World


def run(world: World, *words: str) -> tuple[int, str]:
    result = world.app.test_cli_runner().invoke(args=["mail", "feed", *words])
    return result.exit_code, result.output


def test_every_file_is_told_with_what_became_of_it_and_the_sums(world: World, tmp_path: Path) -> None:
    same = letter()
    files = {
        "a.eml": same, "b/c/dubbel.eml": same, "bounce.eml": letter(auto_submitted="auto-replied"), "leeg": b"",
        "stuk.eml": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhoi\r\n" * 3000,
    }  # fmt: skip
    for name, raw in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "weg.eml").symlink_to(tmp_path / "bestaat-niet")
    code, text = run(world, str(tmp_path), "--json", "--to", world.mailboxes["Bergen"])
    told = json.loads(text)
    assert code == 1, "a file could not be read"
    assert told["to"] == "info@bergen.example" and [f["file"] for f in told["files"]] == sorted([*files, "weg.eml"])
    by_name = {f["file"]: f for f in told["files"]}
    assert by_name["a.eml"]["state"] == "ingested" and by_name["a.eml"]["ticket"].startswith("BER-")
    assert by_name["b/c/dubbel.eml"]["state"] == "duplicate"
    assert (by_name["bounce.eml"]["state"], by_name["bounce.eml"]["automatic_kind"]) == ("quarantined", "auto_reply")
    assert by_name["stuk.eml"]["reason"] == "limit_parts" and by_name["leeg"]["state"] == "ingested"
    assert by_name["weg.eml"]["state"] == "unreadable"
    for name, raw in files.items():
        assert by_name[name]["hash_equal"] and by_name[name]["sha256"] == hashlib.sha256(raw).hexdigest()
    assert told["sums"] == {
        "files": 6, "ingested": 2, "quarantined": 2, "duplicate": 1, "waiting": 0, "unreadable": 1, "automatic": 1,
        "hash_equal": 5, "hash_unequal": 0,
    }  # fmt: skip


def test_fed_again_all_are_duplicates_and_the_words_say_so(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(letter())
    assert run(world, str(tmp_path))[0] == 0
    code, text = run(world, str(tmp_path))
    assert code == 0 and text.splitlines()[0].startswith("duplicate\t") and "1 duplicate" in text


def test_what_cannot_begin_is_told_with_exit_code_2(world: World, tmp_path: Path) -> None:
    assert run(world, str(tmp_path / "niet"))[0] == 2
    code, text = run(world, str(tmp_path), "--to", "wie@elders.example")
    assert code == 2 and "Geen gemeente" in text


def test_an_empty_folder_is_no_fault(world: World, tmp_path: Path) -> None:
    code, text = run(world, str(tmp_path), "--json")
    assert code == 0 and json.loads(text)["sums"]["files"] == 0


@pytest.mark.parametrize(
    "broken", [Line("x", state="waiting", hash_equal=True), Line("x", state="ingested"), Line("x")]
)
def test_an_outcome_is_whole_only_when_all_is_kept_equal_and_decided(broken: Line) -> None:
    good = Line("y", state="ingested", hash_equal=True)
    assert Outcome("a", [good]).is_whole and not Outcome("a", [good, broken]).is_whole
