"""No mail is lost, none becomes two questions, no machine gets an answer: by LMTP, by a real IMAP server, with kill -9."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from typing import Any
from unittest import mock

from kcc.channels import actions_mail, fetching, receiving
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.launch.proving import Outcome, Run, proof
from tests.proofs._house import House, house
from tests.proofs._mail_corpus import Sample, corpus, hostile
from tests.proofs._mail_kills import trial
from tests.support.dovecot import Dovecot, dovecot
from tests.support.lmtp import Client, on_the_wire, server

DECIDED = ("ticketed", "attached", "duplicate", "quarantined")


@proof("mail")
def mail(run: Run) -> Outcome:
    """Every mail of the corpus by both ways with its hash, hostile mail, 50 kills; beside each its planted fault."""
    logging.disable(logging.WARNING)
    source, everything = corpus()
    run.say(
        f"{len(everything)} berichten ({'openbaar corpus' if source == 'public' else 'het openbare corpus ontbreekt: eigen corpus'})"
    )
    chosen = everything if not run.reduced else everything[:: max(1, len(everything) // 45)]
    kills = run.size(full=50, reduced=5)
    with house(run) as place, dovecot() as post:
        _receipts_on(place)
        by_lmtp = _by_lmtp(place, chosen)
        by_imap = _by_imap(place, post, chosen)
        machines = _answers(place)
        harm = _hostile(place, hostile() if not run.reduced else [s for s in hostile() if "40 MB" not in s.name])
        adds_up = _adds_up(place)
        run.say(f"lmtp {by_lmtp}, imap {by_imap}, antwoorden {machines}")
        killed = trial(run, place, post, kills)
        run.say(f"gestopt met kill -9: {killed}")
        control = _controls(run, place, post, chosen)
    sound = (
        _all_kept(by_lmtp)
        and _all_kept(by_imap)
        and machines["answers_to_machines"] == machines["machines_missed"] == 0
        and machines["answers_to_people"] > 0
        and _all_kept(harm)
        and harm["slowest_next_s"] <= run.size(full=10, reduced=40)
        and adds_up
        and killed["lost"] == killed["doubled"] == 0
        and killed["kills"] == kills
    )
    return Outcome(
        n=len(chosen),
        result={
            "corpus": source,
            "lmtp": by_lmtp,
            "imap": by_imap,
            "machines_listed": sum(sample.automatic for sample in chosen),
            **machines,
            "hostile": harm,
            "counts_add_up": adds_up,
            "kill": killed,
        },
        holds=sound,
        control=control,
        control_found=control["marked_before_kept"]["lost"] > 0
        and control["blind_to_duplicates"]["doubled"] > 0
        and control["deaf_to_machines"]["answers_to_machines"] > 0,
    )


def _all_kept(found: dict[str, Any]) -> bool:
    return bool(found["lost"] == found["hash_unequal"] == found["undecided"] == 0)


def _receipts_on(place: House) -> None:
    with place.world.admin() as admin:
        admin.execute(
            "insert into mailbox (municipality_id, entrance_id, sender_name, signature, receipt_on, receipt_text, imap_folder, imap_done_folder, fault, version)"
            " select municipality_id, id, '', '', true, '', 'INBOX', 'KCC verwerkt', '', 1 from entrance where kind = 'mailbox'"
        )


def _by_lmtp(place: House, samples: list[Sample], town: str = "Aalburg") -> dict[str, Any]:
    """Hand every mail over; each that got 250 must be there with the hash of what was sent."""
    refused = 0
    with server(lambda _address: True, lambda *values: _keep(place, *values)) as port:
        client = Client(port)
        for sample in samples:
            refused += not client.send(sample.raw, place.world.mailboxes[town])[0].startswith("250")
        client.close()
    _work_off(place)
    sent = Counter(hashlib.sha256(on_the_wire(sample.raw)).digest() for sample in samples)
    return {"sent": len(samples), "refused": refused, **_standing(place, town, "lmtp", sent)}


def _keep(place: House, address: str, raw: bytes, sender: str) -> bool:
    with place.app.app_context():
        return receiving.keep(address, raw, source="lmtp", envelope_from=sender) is not None


def _by_imap(place: House, post: Dovecot, samples: list[Sample], town: str = "Bergen") -> dict[str, Any]:
    """Put every mail into a mailbox, look at it apart from the product, and have the product fetch it.

    An IMAP server takes no mail without a single byte; through LMTP that one is tried too.
    """
    post.put(town.lower(), *(sample.raw for sample in samples if sample.raw))
    there = post.mails(town.lower())
    with place.app.app_context():
        settings = place.app.config["SETTINGS"]
        address = place.world.mailboxes[town]
        fetching.set_up(actor=Actor.command(), settings=settings, address=address, url=post.url(town.lower()))
        while fetching.fetch_all(settings.data_key):
            pass
    _work_off(place)
    moved = post.mails(town.lower(), "KCC verwerkt")
    sums = Counter(hashlib.sha256(raw).digest() for raw in there.values())
    is_whole = Counter(hashlib.sha256(raw).digest() for raw in moved.values()) == sums
    return {
        "sent": len(there), "without_a_byte": sum(not sample.raw for sample in samples), "left_in_inbox": len(post.mails(town.lower())), "moved_unchanged": is_whole,
        **_standing(place, town, "imap", sums),
    }  # fmt: skip


def _standing(place: House, town: str, source: str, wanted: Counter[bytes]) -> dict[str, Any]:
    with place.world.admin() as admin:
        rows = admin.execute(
            "select sha256(c.raw), r.sha256, r.state, r.reason from received_mail r join mail_content c on c.mail_id = r.id"
            " where r.municipality_id = %s and r.source = %s", (place.world.towns[town], source),
        ).fetchall()  # fmt: skip
    kept = Counter(bytes(row[0]) for row in rows)
    return {
        "lost": sum((wanted - kept).values()),
        "hash_unequal": sum(bytes(row[0]) != bytes(row[1]) for row in rows) + sum((kept - wanted).values()),
        "undecided": sum(row[2] not in DECIDED for row in rows),
        "states": dict(sorted(Counter(row[2] for row in rows).items())),
        "reasons": dict(sorted(Counter(row[3] for row in rows if row[2] == "quarantined").items())),
    }


def _work_off(place: House) -> None:
    with place.app.app_context():
        while (job := jobs.claim()) is not None:
            jobs.run(job)
        db.session.remove()


def _answers(place: House, town: str = "Aalburg") -> dict[str, int]:
    """Receipts to people, receipts to what the corpus lists as a machine, and machines that were not recognised."""
    listed = {hashlib.sha256(on_the_wire(sample.raw)).digest() for sample in corpus()[1] if sample.automatic}
    with place.world.admin() as admin:
        rows = admin.execute(
            "select r.sha256, r.automatic, o.id is not null from received_mail r left join outgoing_mail o"
            " on o.answers_id = r.id and o.kind = 'receipt' where r.municipality_id = %s", (place.world.towns[town],),
        ).fetchall()  # fmt: skip
    return {
        "answers_to_people": sum(row[2] for row in rows if bytes(row[0]) not in listed),
        "answers_to_machines": sum(row[2] for row in rows if bytes(row[0]) in listed or row[1]),
        "machines_missed": sum(1 for row in rows if bytes(row[0]) in listed and not row[1]),
    }


def _hostile(place: House, samples: list[Sample]) -> dict[str, Any]:
    """One mail that means harm at a time, each followed by an ordinary one; and how long that one had to wait (seconds)."""
    slowest, refused, brought = 0.0, {}, []
    with server(lambda _address: True, lambda *values: _keep(place, *values)) as port:
        for number, sample in enumerate(samples):
            plain = f"From: na{number}@example.nl\r\nSubject: Vraag\r\n\r\nDaarna {number}".encode()
            for raw in (sample.raw, plain):
                client = Client(port)
                answer = client.send(raw, place.world.mailboxes["Drunen"])[0]
                client.close()
                if answer.startswith("250"):
                    brought.append(raw)
                else:
                    refused[sample.name] = answer[:3]
            started = time.monotonic()
            _work_off(place)
            slowest = max(slowest, time.monotonic() - started)
    sent = Counter(hashlib.sha256(on_the_wire(raw)).digest() for raw in brought)
    found = _standing(place, "Drunen", "lmtp", sent)
    return {"sent": len(samples), "refused": refused, "slowest_next_s": round(slowest, 1), **found}


def _adds_up(place: House) -> bool:
    with place.world.admin() as admin:
        row = admin.execute(
            "select count(*), count(*) filter (where state in ('ticketed', 'attached')), count(distinct ticket_id) filter (where state = 'ticketed'),"
            " count(*) filter (where state in ('duplicate', 'quarantined')) from received_mail"
        ).fetchone()
        tickets = admin.execute("select count(*) from ticket where channel = 'email'").fetchone()
    assert row is not None and tickets is not None
    return bool(row[0] == row[1] + row[3] and row[2] == tickets[0])


def _controls(run: Run, place: House, post: Dovecot, samples: list[Sample]) -> dict[str, Any]:
    """The same trials with a fault planted: each must be seen."""
    kills = run.size(full=10, reduced=3)
    careless = trial(run, place, post, kills, steps=["store"], careless=True)
    blind = trial(run, place, post, kills, steps=["answer"], blind=True)
    few = [sample for sample in samples if sample.automatic][: run.size(full=60, reduced=10)]
    with mock.patch.object(actions_mail.rules, "automatic_kind", lambda *_values: ""), house(run) as deaf:
        _receipts_on(deaf)
        _by_lmtp(deaf, few)
        answers = _answers(deaf)
    return {"marked_before_kept": careless, "blind_to_duplicates": blind, "deaf_to_machines": answers}
