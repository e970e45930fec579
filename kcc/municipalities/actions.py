"""Changes to what municipalities share: the national list of products."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.dialects.postgresql import insert

from kcc.core import audit
from kcc.core.csv_files import CsvRow, Imported, Refused, read_csv_file
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.municipalities import queries_products
from kcc.municipalities.models import Product

COLUMNS = ("UniformeProductnaam", "URI", "Gemeente", "Burger", "Bedrijf", "Grondslaglabel", "Grondslaglink")
LONGEST_NAME = 300
LONGEST_URL = 2000
ROWS_AT_ONCE = 500


def import_products(*, actor: Actor, path: Path) -> Imported:
    """Take over the national product list (UPL) from its CSV file; the same file again changes nothing.

    A product with several legal grounds has several rows: it keeps the first. Products that are no longer in the list
    stay, because topics refer to them. Raises InvalidInput for a file that cannot be read, before anything is changed.
    """
    result = Imported()
    wanted: dict[str, dict[str, object]] = {}
    for row in read_csv_file(path, COLUMNS):
        reason = _refusal(row)
        if reason:
            result.refused.append(Refused(row.line, reason))
        else:
            _add(wanted, row)
    stored = queries_products.products()
    new = [values for upn, values in wanted.items() if upn not in stored]
    changed = [values for upn, values in wanted.items() if upn in stored and stored[upn] != values]
    result.added, result.changed = len(new), len(changed)
    result.unchanged = len(wanted) - len(new) - len(changed)
    rows = new + changed
    for start in range(0, len(rows), ROWS_AT_ONCE):
        _put(rows[start : start + ROWS_AT_ONCE])
    if rows:
        audit.record(
            actor=actor, verb="products_imported", subject_type="product", subject_id="upl", municipality_id=None
        )
    db.session.flush()
    return result


def _put(rows: list[dict[str, object]]) -> None:
    statement = insert(Product).values(rows)
    replaced = {name: statement.excluded[name] for name in rows[0] if name != "upn"}
    db.session.execute(statement.on_conflict_do_update(index_elements=["upn"], set_=replaced))


def _refusal(row: CsvRow) -> str | None:
    name = row["UniformeProductnaam"].strip()
    if not name:
        return "De productnaam ontbreekt."
    if len(name) > LONGEST_NAME:
        return "De productnaam is te lang."
    for column in ("URI", "Grondslaglink"):
        url = row[column].strip()
        if (url or column == "URI") and not (url.startswith(("http://", "https://")) and len(url) <= LONGEST_URL):
            return f"De waarde bij {column} is geen webadres."
    if any(row[column].strip() not in ("", "X", "x") for column in ("Gemeente", "Burger", "Bedrijf")):
        return "Een kruisje is X of leeg."
    return None


def _add(wanted: dict[str, dict[str, object]], row: CsvRow) -> None:
    upn = row["UniformeProductnaam"].strip()
    values = wanted.setdefault(
        upn,
        {
            "upn": upn, "uri": row["URI"].strip(), "for_municipality": False, "for_citizen": False,
            "for_business": False, "law_label": None, "law_url": None,
        },
    )  # fmt: skip
    for name, column in (("for_municipality", "Gemeente"), ("for_citizen", "Burger"), ("for_business", "Bedrijf")):
        values[name] = bool(values[name]) or bool(row[column].strip())
    if values["law_label"] is None and row["Grondslaglabel"].strip():
        values["law_label"] = row["Grondslaglabel"].strip()
        values["law_url"] = row["Grondslaglink"].strip() or None
