"""When a figure of the installation is good, worth a look, or wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kcc.core.findings import Level
from kcc.operations import rules

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))


@given(spans, spans)
def test_an_older_backup_is_never_better(one: timedelta, other: timedelta) -> None:
    younger, older = sorted((one, other))
    assert rules.judge_backup(AT - older, AT) >= rules.judge_backup(AT - younger, AT)


@given(spans, spans)
def test_a_certificate_with_less_left_is_never_better(one: timedelta, other: timedelta) -> None:
    less, more = sorted((one, other))
    assert rules.judge_certificate(AT + less, AT) >= rules.judge_certificate(AT + more, AT)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_less_space_is_never_better(one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert rules.judge_space(less, 10**12) >= rules.judge_space(more, 10**12)


def test_no_backup_a_past_certificate_and_a_disk_of_nothing_are_wrong() -> None:
    assert rules.judge_backup(None, AT) is Level.WRONG
    assert rules.judge_certificate(AT - timedelta(days=1), AT) is Level.WRONG
    assert rules.judge_space(0, 0) is Level.WRONG


def test_last_night_s_backup_is_good_and_one_of_the_weekend_is_not() -> None:
    assert rules.judge_backup(AT - timedelta(hours=11), AT) is Level.GOOD
    assert rules.judge_backup(AT - timedelta(hours=48), AT) is Level.ATTENTION


def test_a_dead_job_is_wrong_however_fresh_the_rest() -> None:
    assert rules.judge_jobs(1, AT, AT) is Level.WRONG
    assert rules.judge_jobs(0, None, AT) is Level.GOOD
    assert rules.judge_jobs(0, AT - timedelta(minutes=6), AT) is Level.ATTENTION
    assert rules.judge_jobs(0, AT - timedelta(hours=1), AT) is Level.WRONG


def test_connections_are_judged_against_what_the_server_allows() -> None:
    found = [rules.judge_connections(used, 100) for used in (10, 81, 100)]
    assert found == [Level.GOOD, Level.ATTENTION, Level.WRONG]


def test_megabytes_are_whole() -> None:
    assert rules.megabytes(1_999_999) == 1
