"""Figures for a monitoring system, in the text format of Prometheus: totals of the machine, nothing of anyone.

Requests are counted per process; with PROMETHEUS_MULTIPROC_DIR the library adds up those of all workers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import datetime

from flask import Flask, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest, multiprocess
from werkzeug.wrappers import Response

MEDIA_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUESTS = Histogram(
    "kcc_request_seconds",
    "How long pages take, by endpoint and class of answer.",
    ["endpoint", "answer"],
    buckets=BUCKETS,
)


def measure(app: Flask) -> None:
    """Have every request of the application counted and timed (seconds)."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        began = g.pop("began", None)
        if began is not None:
            answer = f"{response.status_code // 100}xx"
            REQUESTS.labels(request.endpoint or "none", answer).observe(time.perf_counter() - began)
        return response


def text(jobs: Mapping[str, tuple[int, datetime | None]], last_backup: datetime | None, at: datetime) -> bytes:
    """All figures at a moment (UTC). Ages are in seconds; a back-up that was never made has no line."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUESTS)
    count = Gauge("kcc_jobs", "Jobs by state.", ["state"], registry=registry, multiprocess_mode="mostrecent")
    for state, (number, _oldest) in jobs.items():
        count.labels(state).set(number)
    waiting = jobs.get("waiting", (0, None))[1]
    late = Gauge(
        "kcc_job_late_seconds",
        "How far the oldest waiting job is past its time.",
        registry=registry,
        multiprocess_mode="mostrecent",
    )
    late.set(max(0.0, (at - waiting).total_seconds()) if waiting else 0.0)
    if last_backup is not None:
        age = Gauge(
            "kcc_backup_age_seconds", "Since the last back-up.", registry=registry, multiprocess_mode="mostrecent"
        )
        age.set((at - last_backup).total_seconds())
    return generate_latest(registry)
