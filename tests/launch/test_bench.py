"""The figures come as a table for people and as JSON of one fixed shape for machines."""

import json
from argparse import Namespace

import pytest

from kcc.launch import bench
from kcc.launch.benching import Bench, Figure
from kcc.launch.errors import LaunchError

FIGURES = [Figure("lijst p95", 12.5, "ms", 50, True, "200 ms erbij: gezien"), Figure("geheugen", 90, "MiB")]


def options(**given: object) -> Namespace:
    return Namespace(**{"json": True, "only": None, "tickets": 10, **given})


@pytest.fixture(autouse=True)
def one_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(given: Bench) -> list[Figure]:
        return FIGURES if given.tickets == 10 else [Figure("lijst p95", 99, "ms", 50, False)]

    monkeypatch.setattr(bench, "all_benches", lambda: {"lijst": measure})


def test_json_has_exactly_the_agreed_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench._bench(options()) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert [set(figure) for figure in figures] == [{"name", "value", "unit", "target", "holds", "control"}] * 2


def test_a_missed_target_is_said_and_gives_another_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench._bench(options(json=False, tickets=20)) == 1
    assert "NEE" in capsys.readouterr().out


def test_an_unknown_measurement_or_size_is_refused() -> None:
    with pytest.raises(LaunchError, match="no-such-thing"):
        bench._bench(options(only="no-such-thing"))
    with pytest.raises(LaunchError, match="1 of meer"):
        bench._bench(options(tickets=0))
