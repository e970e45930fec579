"""What is proposed and what may be chosen when a municipality goes on as another; on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NEW = "new"
"""A department that has no counterpart: it is made in the successor."""
ROUTE_CHOICES = ("successor", "old")
OVERLAY_CHOICES = ("both", "successor", "old")
PARTY_CHOICES = ("apart", "join")
ALIKE = "alike"


def proposals(compared: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What KCC proposes, as (kind, subject, choice): the cautious way where people may want another.

    A department goes to the one with the same key, else the same name, else it is made anew. For one topic in both towns
    the successor's department stays; additions to one article are kept both; who only looks alike stays apart.
    """
    others = compared["new_departments"]
    found = [("department", str(one["id"]), _counterpart(one, others)) for one in compared["departments"]]
    found += [("route", str(one["topic"]), "successor") for one in compared["route_conflicts"]]
    found += [("overlay", str(one["article"]), "both") for one in compared["overlay_conflicts"]]
    return [*found, ("parties", ALIKE, "apart")]


def _counterpart(department: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> str:
    for way in ("key", "name"):
        for other in others:
            if str(other[way]).casefold() == str(department[way]).casefold():
                return str(other["id"])
    return NEW


def allowed(kind: str, subject: str, compared: Mapping[str, Any]) -> frozenset[str]:
    """What may be chosen for a line; empty for a line that is not there."""
    if kind == "department" and subject in {str(one["id"]) for one in compared["departments"]}:
        return frozenset({NEW, *(str(one["id"]) for one in compared["new_departments"])})
    if kind == "route" and subject in {str(one["topic"]) for one in compared["route_conflicts"]}:
        return frozenset(ROUTE_CHOICES)
    if kind == "overlay" and subject in {str(one["article"]) for one in compared["overlay_conflicts"]}:
        return frozenset(OVERLAY_CHOICES)
    return frozenset(PARTY_CHOICES) if (kind, subject) == ("parties", ALIKE) else frozenset()


def conflicts_left(compared: Mapping[str, Any], choices: Mapping[tuple[str, str], str]) -> list[dict[str, Any]]:
    """Topics that really go to another department once the departments are mapped; those that come together are none."""
    return [
        one
        for one in compared["route_conflicts"]
        if choices.get(("department", str(one["old"])), NEW) != str(one["new"])
    ]


def warnings(compared: Mapping[str, Any]) -> list[str]:
    """Words for what the successor lacks: ``hours``, ``agreement``, ``calls``."""
    found = [word for word in ("hours", "agreement") if not compared[f"has_{word}"]]
    return [*found, *(["calls"] if compared["calls"] else [])]
