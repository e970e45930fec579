"""The only clock: times are aware and in UTC; screens show the municipality's zone."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
