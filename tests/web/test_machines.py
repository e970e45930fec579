"""Requests of machines: what opens the door, what does not, and what the door then shows."""

from __future__ import annotations

import hmac
import time

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.core.tenancy import scope
from kcc.integrations.telephony import signing
from kcc.municipalities.models import Municipality
from kcc.parties.models import Party
from tests.channels.exchange import BASE, Exchange, door_of, hash_of, make_exchange
from tests.support.world import World


@pytest.fixture
def exchange(world: World) -> Exchange:
    """An exchange of the centre in the north."""
    return make_exchange(world)


def test_a_signed_request_sees_the_towns_of_its_own_centre(exchange: Exchange) -> None:
    answer = exchange.send("GET", "/numbers").get_json()
    assert {each["municipality"] for each in answer["numbers"]} == {"Aalburg", "Bergen", "Cadzand"}


@given(key=st.binary(min_size=1, max_size=100), message=st.binary(max_size=300))
def test_the_database_computes_the_same_signature_as_everybody_else(
    base_world: World, key: bytes, message: bytes
) -> None:
    with base_world.admin() as admin:
        row = admin.execute("select guard.hmac_sha256(%s, %s)", (key, message)).fetchone()
    assert row is not None and row[0] == hmac.new(key, message, "sha256").digest()


@pytest.mark.parametrize("part", [signing.KEY, signing.TIMESTAMP, signing.NONCE, signing.SIGNATURE])
def test_a_request_without_or_with_another_part_opens_nothing(exchange: Exchange, part: str) -> None:
    good = signing.headers(exchange.key_id, exchange.secret, f"GET {BASE}/numbers", b"")
    other = {signing.KEY: "kcc-other", signing.TIMESTAMP: str(int(time.time()) + 1), signing.NONCE: "anders-anders", signing.SIGNATURE: "v1=" + "0" * 64}  # fmt: skip
    for changed in ({k: v for k, v in good.items() if k != part}, {**good, part: other[part]}, {**good, part: "é;--"}):
        response = exchange.send("GET", "/numbers", headers=changed)
        assert (response.status_code, response.get_json()["error"]["code"]) == (401, "refused")


def test_another_address_or_body_than_was_signed_opens_nothing(exchange: Exchange) -> None:
    for called in (f"POST {BASE}/numbers", f"GET {BASE}/agents", f"GET {BASE}/numbers?x=1"):
        headers = signing.headers(exchange.key_id, exchange.secret, called, b"")
        assert exchange.send("GET", "/numbers", headers=headers).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(-310, 401), (-290, 200), (290, 200), (310, 401)])
def test_the_clock_may_differ_by_five_minutes(exchange: Exchange, seconds: int, status: int) -> None:
    response = exchange.send("GET", "/numbers", timestamp=int(time.time()) + seconds)
    assert response.status_code == status
    if status == 401:
        assert response.get_json()["error"]["code"] == "late"


def test_a_recorded_request_sent_again_opens_nothing(exchange: Exchange) -> None:
    headers = signing.headers(exchange.key_id, exchange.secret, f"GET {BASE}/numbers", b"")
    assert exchange.send("GET", "/numbers", headers=headers).status_code == 200
    again = exchange.send("GET", "/numbers", headers=headers)
    assert (again.status_code, again.get_json()["error"]["code"]) == (401, "replayed")


def test_a_revoked_key_opens_nothing(exchange: Exchange, world: World) -> None:
    secret = door_of(world, exchange)
    with world.admin() as admin:
        admin.execute("select kcc_revoke_exchange(%s)", (exchange.key_id,))
        left = admin.execute("select count(*) from guard.door where secret_hash = %s", (hash_of(secret),)).fetchone()
    assert exchange.send("GET", "/numbers").status_code == 401
    assert left == (0,)


def test_the_door_shows_set_up_and_figures_and_never_people(exchange: Exchange, world: World) -> None:
    with world.admin() as admin:
        admin.execute(
            "insert into party (id, municipality_id, kind, name, search_name, language, is_secret, created_at, version)"
            " values (gen_random_uuid(), %s, 'person', 'Jan', 'jan', 'nl', false, now(), 1)",
            (world.towns["Aalburg"],),
        )
    with scope(door_of(world, exchange), Permission.TELEPHONE_EXCHANGE):
        assert set(db.session.scalars(sa.select(Municipality.name))) == {"Aalburg", "Bergen", "Cadzand"}
        assert db.session.scalars(sa.select(Party.name)).all() == []


@pytest.mark.parametrize("permission", [p for p in Permission if p != Permission.TELEPHONE_EXCHANGE])
def test_under_any_other_permission_the_door_shows_nothing(
    exchange: Exchange, world: World, permission: Permission
) -> None:
    with scope(door_of(world, exchange), permission):
        assert db.session.scalars(sa.select(Municipality.name)).all() == []
        assert db.session.scalar(sa.text("select kcc_centres()")) == []


def test_a_person_gains_nothing_by_the_exchange_s_permission(world: World) -> None:
    with world.scope("supervisor", Permission.TELEPHONE_EXCHANGE):
        assert db.session.scalars(sa.select(Municipality.name)).all() == []


def test_the_door_of_an_exchange_is_no_session(exchange: Exchange, world: World) -> None:
    client = world.app.test_client()
    client.set_cookie("kcc_session", door_of(world, exchange))
    assert client.get("/").status_code == 303
