"""A conversation at the desk as tests hold it: begin one, press a button, count what became of it."""

from __future__ import annotations

from typing import Any

from tests.support.page import Page
from tests.support.world import World


def begin(world: World, person: str = "agent", town: str = "Aalburg") -> Page:
    page = world.page(person).get("/desk/")
    token = page.soup.select_one("input[name=csrf_token]")
    key = page.soup.select_one("input[name=form_key]")
    assert token and key
    return page.post("/desk/start", {
        "csrf_token": token["value"], "form_key": key["value"], "municipality_id": world.towns[town], "channel": "phone",
    })  # fmt: skip


def act(page: Page, button: str, status: int = 200, **values: Any) -> Page:
    return page.submit(
        "form#desk-form", status=status, do=button, **{k.replace("_dash_", "-"): v for k, v in values.items()}
    )


def q(n: int = 0, **values: Any) -> dict[str, Any]:
    return {f"q{n}-{name}": value for name, value in values.items()}


def rows(world: World, statement: str, *values: Any) -> list[Any]:
    with world.admin() as admin:
        return admin.execute(statement, values).fetchall()


def one(world: World, statement: str, *values: Any) -> Any:
    return rows(world, statement, *values)[0][0]


def fields(page: Page, **values: Any) -> dict[str, Any]:
    form = page.soup.select_one("form#desk-form")
    sent: dict[str, Any] = {}
    for name in ("csrf_token", "form_key", "version", "active"):
        sent[name] = form.select_one(f"input[name={name}]")["value"]
    return {**sent, **values}


def add_party(page: Page, name: str, **values: Any) -> str:
    act(
        page,
        "add_party",
        party_name=name,
        party_phone="0187654321",
        party_postcode="4261 AB",
        party_house_number="3",
        **values,
    )
    return page.by_testid("party").text


def autosave(page: Page, url: str, version: str, **values: Any) -> Any:
    token = page.soup.select_one("meta[name=csrf-token]")["content"]
    data = {"csrf_token": token, "version": version, **values}
    return page.client.post(f"{url}/draft", data=data, headers={"X-KCC-Autosave": "1"})
