"""No form is lost and none counts twice, whatever is killed in between: web server, worker, or the sender's patience."""

from __future__ import annotations

import http.client
import logging
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count as counter
from typing import Any
from urllib.parse import urlencode

import psycopg
from werkzeug.serving import make_server

from kcc.channels.views_strangers import _signer
from kcc.core import jobs
from kcc.core.db import db
from kcc.launch.proving import Outcome, Run, proof
from tests.proofs._house import House, house

SENDERS = 4
LEASE_SECONDS = 2
DEADLINE_SECONDS = 240
ASKED = "vraag-"
FILE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
CARELESS = "update received_form set state = 'ticketed', processed_at = now() where id = %s and state = 'received'"
"""The control's fault: a form that counts as dealt with before anything was made of it."""


@dataclass
class Told:
    """What senders were told: the references they got for each text, and how often they had to send again."""

    references: dict[str, set[str]] = field(default_factory=dict)
    again: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@proof("forms")
def forms(run: Run) -> Outcome:
    """A hundred copies at once, then many forms by impatient senders while web server and worker are killed."""
    logging.disable(logging.CRITICAL)
    with house(run, pool_size=24) as place:
        copies = _copies(place, run.size(full=100, reduced=25))
        place.world.empty()
        result = _trial(run, place, run.size(full=600, reduced=24), run.size(full=50, reduced=4))
        place.world.empty()
        control = _trial(run, place, run.size(full=60, reduced=16), 2, careless=True)
    sound = all(result[name] == 0 for name in ("lost", "doubled", "two_references", "without_agent", "files_lost"))
    return Outcome(
        n=result["sent"],
        result={"copies": copies, **result},
        holds=sound
        and (run.reduced or result["sent_again"] > 0)
        and copies["forms"] == copies["answers"] == 1
        and bool(result["even"]),
        control={"fault": "one form in two counts as ticketed before it is", **control},
        control_found=control["lost"] > 0 and not control["even"],
    )


def _copies(place: House, number: int) -> dict[str, int]:
    """Send one form so many times at once; how many rows and different answers that gives."""
    form, answers = _entrance(place), []
    data = _filled(place, form, "honderd keer")

    def send() -> None:
        page = place.app.test_client().post(f"/formulier/{form}", data=data)
        answers.append((page.status_code, _between(page.get_data(as_text=True))))

    threads = [threading.Thread(target=send) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(place.admin_url) as admin:
        return {
            "sent": number,
            "forms": _count(admin, "select count(*) from received_form"),
            "answers": len(set(answers)),
        }


def _trial(run: Run, place: House, number: int, kills: int, *, careless: bool = False) -> dict[str, Any]:
    form, told, port = _entrance(place), Told(), _free_port()
    begin: dict[str, Callable[[], int]] = {
        "web": partial(_fork, partial(_serve, place, port)),
        "worker": partial(_fork, partial(_work, place, careless)),
    }
    children = {name: start() for name, start in begin.items()}
    numbers = counter()
    senders = [
        threading.Thread(target=_send_all, args=(place, port, form, numbers, number, told)) for _ in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    try:
        with psycopg.connect(place.admin_url, autocommit=True) as admin:
            done = partial(_count, admin, "select count(*) from received_form where state <> 'received'")
            # The web server while forms come in, the worker while they are dealt with: each in the middle of its work.
            disturbers = [
                threading.Thread(
                    target=_disturb, args=(place, children, begin, name, number, kills // 2, run.random.random())
                )
                for name in begin
            ]
            for disturber in disturbers:
                disturber.start()
            for sender in senders:
                sender.join()
            for disturber in disturbers:
                disturber.join()
            _wait(lambda: done() == number and _count(admin, "select count(*) from received_form") == number)
            return {"sent": number, "kills": kills, "sent_again": told.again, **_judge(place, admin, told, number)}
    finally:
        for child in children.values():
            _end(child)


def _disturb(
    place: House, children: dict[str, int], begin: dict[str, Callable[[], int]], name: str, number: int, kills: int, chance: float
) -> None:  # fmt: skip
    """Kill one of the processes at even steps through its own work, and start it again at once."""
    query = "select count(*) from received_form" + ("" if name == "web" else " where state <> 'received'")
    with psycopg.connect(place.admin_url, autocommit=True) as admin:
        for step in range(1, kills + 1):
            _wait(lambda step=step: _count(admin, query) >= step * number // (kills + 1))  # type: ignore[misc]
            time.sleep(chance * (step % 5) / 50)
            _end(children[name])
            children[name] = begin[name]()


def _judge(place: House, admin: psycopg.Connection[Any], told: Told, number: int) -> dict[str, Any]:
    """Compare what senders were told with what is there."""
    asked = dict(
        admin.execute(
            "select w.body, count(*) from writing w join ticket t on t.municipality_id = w.municipality_id and t.id = w.ticket_id"
            " where w.kind = 'question' group by 1"
        ).fetchall()
    )
    references = {row[0] for row in admin.execute("select reference from ticket")}
    given = set().union(*told.references.values()) if told.references else set()
    files = admin.execute("select municipality_id, id from attachment").fetchall()
    store = place.app.config["SETTINGS"].files_path
    there = sum(os.path.exists(f"{store}/{town}/{str(file)[-2:]}/{file}") for town, file in files)
    loose = _count(
        admin,
        "select count(*) from received_form f where f.state = 'ticketed' and not exists"
        " (select 1 from work_item i where i.subject_id = f.id and i.ticket_id = f.ticket_id)",
    )
    received = _count(admin, "select count(*) from received_form")
    placed = _count(admin, "select count(*) from received_form where state <> 'received'")
    return {
        "acknowledged": len(told.references),
        "tickets": len(references),
        "lost": len(given - references) + (number - len(asked)),
        "doubled": sum(times - 1 for times in asked.values()),
        "two_references": sum(len(found) > 1 for found in told.references.values()),
        "without_agent": loose,
        "files": len(files),
        "files_lost": abs((number + 4) // 5 - there) + len(files) - there,
        "even": received == placed == number and loose == 0,
    }


def _send_all(place: House, port: int, form: str, numbers: counter[int], most: int, told: Told) -> None:
    """Send forms until there are enough, each with the same key again and again until it is acknowledged."""
    while (number := next(numbers)) < most:
        text = f"{ASKED}{number:05}"
        data, until = _filled(place, form, text), time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < until:
            reference = _post(port, form, data, with_file=number % 5 == 0)
            if reference:
                with told.lock:
                    told.references.setdefault(text, set()).add(reference)
                break
            with told.lock:
                told.again += 1
            time.sleep(0.05)


def _post(port: int, form: str, data: dict[str, str], *, with_file: bool) -> str:
    """The reference that was told, or "" when no whole answer came."""
    body, kind = urlencode(data).encode(), "application/x-www-form-urlencoded"
    if with_file:
        mark = uuid.uuid4().hex
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in data.items()]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="foto.png"\r\n\r\n'
        body = "".join(parts).encode() + head.encode() + FILE + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
    with suppress(OSError, http.client.HTTPException):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("POST", f"/formulier/{form}", body, {"Content-Type": kind})
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        if answer.status == 200:
            return _between(text)
    return ""


def _between(page: str) -> str:
    return page.partition('data-testid="form-reference">')[2].partition("<")[0]


def _entrance(place: House) -> str:
    with place.world.admin() as admin:
        row = admin.execute(
            "insert into entrance (municipality_id, kind, address, label, active) values (%s, 'form', 'proef', 'Proef', true)"
            " on conflict (municipality_id, kind, address) do update set active = true returning id",
            (place.world.towns["Aalburg"],),
        ).fetchone()
    assert row is not None
    return f"{row[0]}-proef"


def _filled(place: House, form: str, text: str) -> dict[str, str]:
    """A form as a page of a minute ago would send it."""
    with place.app.app_context():
        signer = _signer()
    timed = signer.make_signer(signer.salt)
    moment = timed.get_timestamp() - 60
    timed.get_timestamp = lambda: moment  # type: ignore[method-assign]
    token = timed.sign(signer.dump_payload([form, str(uuid.uuid4())])).decode()
    return {"csrf_token": token, "question": text, "answer_by": "status", "taal": "nl", "topic": "", "website": ""}


def _serve(place: House, port: int) -> None:
    with place.app.app_context():
        db.engine.dispose(close=False)
    # Many forms of one address are what this proof is about.
    place.app.wsgi_app = _elsewhere(place.app.wsgi_app)  # type: ignore[method-assign]
    make_server("127.0.0.1", port, place.app, threaded=True).serve_forever()


def _elsewhere(application: Any) -> Any:
    def serve(environ: dict[str, Any], start: Any) -> Any:
        environ["REMOTE_ADDR"] = f"198.51.100.{uuid.uuid4().int % 250}"
        return application(environ, start)

    return serve


def _work(place: House, careless: bool) -> None:
    with place.app.app_context():
        db.engine.dispose(close=False)
        jobs.claim = partial(jobs.claim, LEASE_SECONDS)  # type: ignore[assignment]
        if careless:
            jobs.HANDLERS["channels.form"] = partial(_careless, place.admin_url, jobs.HANDLERS["channels.form"])
        place.app.cli.commands["worker"].main([], standalone_mode=False)


def _careless(admin_url: str, handler: Callable[[jobs.Claimed], None], job: jobs.Claimed) -> None:
    if uuid.UUID(job.args["form"]).int % 2 == 0:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(CARELESS, (job.args["form"],))
        return
    handler(job)


def _fork(body: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        body()
    finally:
        os._exit(1)


def _end(child: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(child, 0)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _count(admin: psycopg.Connection[Any], statement: str) -> int:
    row = admin.execute(statement.encode()).fetchone()
    return int(row[0] or 0) if row else 0


def _wait(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE_SECONDS
    while not reached():
        if time.monotonic() > until:
            return
        time.sleep(0.02)
