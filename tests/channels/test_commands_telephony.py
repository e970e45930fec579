"""Keys of exchanges, given and taken away at the command line."""

from __future__ import annotations

import base64
import json

from tests.channels.exchange import Exchange
from tests.support.world import World


def run(world: World, *words: str) -> str:
    """What a command says."""
    result = world.app.test_cli_runner().invoke(args=["telephony", *words])
    return str(result.output)


def made(world: World) -> Exchange:
    """An exchange whose key was made by the command."""
    key = json.loads(run(world, "add-exchange", "--centre", "noord", "--label", "hoofdcentrale", "--json"))
    return Exchange(world, key["key"], base64.b64decode(key["secret"]))


def test_a_key_opens_the_door_until_it_is_revoked(world: World) -> None:
    exchange = made(world)
    assert exchange.send("GET", "/numbers").status_code == 200
    assert "hoofdcentrale" in run(world, "exchanges")
    assert "ingetrokken" in run(world, "revoke", exchange.key_id)
    assert exchange.send("GET", "/numbers").status_code == 401


def test_the_secret_is_shown_once_and_readable_by_nobody(world: World) -> None:
    exchange = made(world)
    assert base64.b64encode(exchange.secret).decode() not in run(world, "exchanges")


def test_an_unknown_centre_or_key_is_said(world: World) -> None:
    assert "geen samenwerkingsverband" in run(world, "add-exchange", "--centre", "nergens")
    assert "bestaat niet" in run(world, "revoke", "kcc-niets")
