"""A bridge between Kamailio and KCC, and the example of how another exchange is connected (docs/telephony.md).

Kamailio parks each caller (``kamailio.cfg``) and posts what happens to ``/sip/event`` here. The bridge tells KCC, asks for
every waiting caller what to do, and lets Kamailio go on. It keeps nothing but which callers are parked: what a call is,
KCC knows. Start: ``python -m kcc.integrations.telephony.kamailio`` with KCC_ADDRESS, KCC_EXCHANGE_KEY, KCC_EXCHANGE_SECRET.
"""

from __future__ import annotations

import base64
import http.client
import http.server
import json
import logging
import os
import queue
import signal
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kcc.integrations.telephony.client import Client, Refused

logger = logging.getLogger(__name__)
HANDS = 4
"""Threads that pass events on; those of one call always go through the same hand, in order."""
ASK_EVERY_SECONDS = 0.5
LONGEST_ANNOUNCEMENT = 400
"""Characters, on one line: it travels in a header."""
REASONS = {"486": "busy", "600": "busy", "408": "no_answer", "480": "no_answer", "603": "refused"}


def configuration(*, folder: Path, host: str, sip_port: int, http_port: int, bridge_port: int) -> str:
    """The configuration of a Kamailio for these ports; ``folder`` is where its sockets go."""
    text = Path(__file__).with_name("kamailio.cfg").read_text()
    words = {
        "FOLDER": folder, "HOST": host, "SIP_PORT": sip_port, "HTTP_PORT": http_port, "BRIDGE_PORT": bridge_port
    }  # fmt: skip
    for name, value in words.items():
        text = text.replace(f"@{name}@", str(value))
    return text


@dataclass
class Parked:
    """A caller whom Kamailio holds, and how to let it go on; ``agent`` is the telephone that rings or talks.

    ``times`` counts how often the caller was parked: an answer to what was asked before the last time is of no use.
    """

    tindex: str = ""
    tlabel: str = ""
    is_parked: bool = False
    times: int = 0
    agent: str = ""
    wants_callback: bool = False
    refused: bool = False
    announced: str = ""


@dataclass
class Bridge:
    """Passes events on and decisions back."""

    client: Client
    kamailio: tuple[str, int]
    calls: dict[str, Parked] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hands: list[queue.Queue[dict[str, Any]]] = [queue.Queue() for _ in range(HANDS)]

    def start(self) -> None:
        """Begin to work, in threads that end with the process."""
        for hand in self.hands:
            threading.Thread(target=self._work, args=(hand,), daemon=True).start()
        threading.Thread(target=self._ask, daemon=True).start()

    def take(self, event: dict[str, Any]) -> None:
        """Something that Kamailio says; answered at once, passed on by a hand."""
        self.hands[zlib.crc32(str(event.get("call_id")).encode()) % HANDS].put(event)

    def is_idle(self) -> bool:
        """Whether everything that was said has been passed on."""
        return all(hand.unfinished_tasks == 0 for hand in self.hands)

    def _work(self, hand: queue.Queue[dict[str, Any]]) -> None:
        while True:
            event = hand.get()
            try:
                self.handle(event)
            except Refused as fault:
                logger.warning("refused: %s", fault)
            except OSError:
                logger.exception("KCC is out of reach")
            except Exception:
                # A hand that stops would leave a quarter of all callers unheard from then on.
                logger.exception("event not understood")
            finally:
                hand.task_done()

    def handle(self, event: Mapping[str, Any]) -> None:
        """Pass one event on: the table between Kamailio's words and KCC's."""
        name, call_id = str(event["ev"]), str(event["call_id"])
        with self.lock:
            call = self.calls.setdefault(call_id, Parked())
        if name == "invite":
            self._invited(call_id, call, event)
        elif name == "agent_failed":
            self._tell(
                call_id, "agent_failed", event, agent=call.agent, reason=REASONS.get(str(event["code"]), "failed")
            )
        elif name == "answered":
            self._tell(call_id, "answered", event, agent=call.agent)
        elif name == "ended":
            self._over(call_id)
            self._tell(call_id, "hung_up", event)
        elif name == "failed":
            self._over(call_id)
            # A caller whom KCC sent away was not left by anybody: hung up, and KCC knows why.
            self._tell(call_id, "hung_up" if call.refused else "abandoned", event)

    def _invited(self, call_id: str, call: Parked, event: Mapping[str, Any]) -> None:
        with self.lock:
            call.tindex, call.tlabel, call.is_parked = str(event["tindex"]), str(event["tlabel"]), True
            call.times += 1
            times = call.times
        call.wants_callback = event.get("callback") == "yes"
        if event.get("last_code") != "0":
            return  # parked again after a telephone failed: the round of questions finds the next agent
        self._tell(call_id, "ringing", event, to=event.get("to", ""), **{"from": event.get("from", "")})
        self._do(call_id, call, times, self.client.post("/who", {"call": call_id}))

    def _tell(self, call_id: str, verb: str, event: Mapping[str, Any], **more: Any) -> None:
        at = datetime.fromtimestamp(float(event["at"]), UTC).isoformat()
        self.client.post("/events", {"call": call_id, "event": verb, "at": at, **more})

    def _ask(self) -> None:
        """For every parked caller, again and again: what should happen now?"""
        while not self.stopped.wait(ASK_EVERY_SECONDS):
            with self.lock:
                asked = {call_id: call.times for call_id, call in self.calls.items() if call.is_parked}
            if not asked:
                continue
            try:
                answers = self.client.post("/waiting", {})["calls"]
            except (Refused, OSError):
                logger.exception("no decisions")
                continue
            for answer in answers:
                with self.lock:
                    call = self.calls.get(answer["call"])
                if call is not None and answer["call"] in asked:
                    self._do(answer["call"], call, asked[answer["call"]], answer)

    def _do(self, call_id: str, call: Parked, times: int, answer: Mapping[str, Any]) -> None:
        """Let Kamailio do what was decided, once: a caller who is not parked is ringing somewhere, or gone.

        An answer from before a telephone failed would ring that telephone again: ``times`` is how often the caller had
        been parked when KCC was asked.
        """
        decision = answer["decision"]
        announce = " ".join(str(answer.get("announce") or "").split())[:LONGEST_ANNOUNCEMENT]
        if decision == "callback_offer":
            if not call.wants_callback:
                self._announce(call, times, announce)
                return
            # Stands for a choice by key in a menu; asked once, and the answer may be: an agent is just coming.
            call.wants_callback = False
            answer = self.client.post("/callback", {"call": call_id, "accepted": True})
            decision = "reject" if answer["accepted"] else answer["decision"]
        words = {"agent": "agent", "closed": "reject", "reject": "reject", "unknown_number": "unknown"}
        if decision not in words:
            self._announce(call, times, announce)
            return
        with self.lock:
            if not call.is_parked or call.times != times:
                return
            call.is_parked = False
            call.agent = str(answer.get("agent") or "")
            call.refused = words[decision] != "agent"
        self._go_on(call, words[decision], announce)

    def _announce(self, call: Parked, times: int, announce: str) -> None:
        """Let who waits hear what KCC says, once; Kamailio parks them again, at their place."""
        with self.lock:
            if not announce or announce == call.announced or not call.is_parked or call.times != times:
                return
            call.is_parked, call.announced = False, announce
        self._go_on(call, "hold", announce)

    def _go_on(self, call: Parked, do: str, announce: str = "") -> None:
        what = {"tindex": call.tindex, "tlabel": call.tlabel, "do": do, "uri": call.agent, "announce": announce}
        body = json.dumps(what, ensure_ascii=False).encode()
        connection = http.client.HTTPConnection(*self.kamailio, timeout=5)
        try:
            connection.request("POST", "/continue", body, {"Content-Type": "application/json"})
            connection.getresponse().read()  # 410: the caller hung up this moment, the event follows
        except OSError:
            logger.exception("Kamailio is out of reach")
            call.is_parked = True
        finally:
            connection.close()

    def _over(self, call_id: str) -> None:
        with self.lock:
            call = self.calls.pop(call_id, None)
            if call is not None:
                call.is_parked = False


def server(bridge: Bridge, host: str, port: int) -> http.server.ThreadingHTTPServer:
    """What Kamailio posts its events to; each is answered as soon as it is kept."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                bridge.take(json.loads(data))
                status = 200
            except ValueError:
                status = 400
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Numbers of callers belong in no log."""

    made = http.server.ThreadingHTTPServer((host, port), Handler)
    made.daemon_threads = True
    return made


def main() -> None:
    """Run the bridge until it is stopped."""
    host, port = "127.0.0.1", int(os.environ.get("KCC_BRIDGE_PORT", "25080"))
    secret = base64.b64decode(os.environ["KCC_EXCHANGE_SECRET"])
    client = Client(os.environ["KCC_ADDRESS"].rstrip("/"), os.environ["KCC_EXCHANGE_KEY"], secret)
    bridge = Bridge(client, (host, int(os.environ.get("KCC_KAMAILIO_PORT", "25061"))))
    bridge.start()
    listening = server(bridge, host, port)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=listening.shutdown).start())
    listening.serve_forever()


if __name__ == "__main__":
    main()
