"""Writers of the lists of the country: products and their areas, municipalities and their history, postcodes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kcc.imports import queries_stored
from kcc.imports.actions_writing import WRITERS, Batch, Row, Writer, keep_rows, remove_rows
from kcc.imports.models import ImportRun
from kcc.municipalities import queries_national
from kcc.municipalities.models import Product
from kcc.municipalities.models_national import (
    LONG_AGO,
    InformationArea,
    MunicipalityRegister,
    PostcodeArea,
    ProductArea,
)
from kcc.municipalities.rules_register import BEGINNINGS, LATER_CHANGES, code_by_name

POSTCODES_OF = date(2021, 6, 1)
"""The borders of the list of postcodes without dates of its own: it has Eemsdelta, and still the towns that ended in 2022."""
MARKS = ("for_municipality", "for_citizen", "for_business")


def _write_products(batch: Batch) -> None:
    """A product with several legal grounds has several rows: marks add up, the first ground counts."""
    found: dict[str, dict[str, object]] = {}
    for row in batch.rows:
        given = row.values
        known = found.get(given["upn"])
        if known is None:
            marks = {mark: bool(given[mark]) for mark in MARKS}
            law = {"law_label": given["law_label"] or None, "law_url": given["law_url"] if given["law_label"] else None}
            found[given["upn"]] = {"upn": given["upn"], "uri": given["uri"], **marks, **law}
            continue
        batch.joined += 1
        known.update({mark: bool(known[mark] or given[mark]) for mark in MARKS})
        if known["law_label"] is None and given["law_label"]:
            known.update(law_label=given["law_label"], law_url=given["law_url"])
    keep_rows(batch, Product, ("upn",), found.values())


def _write_product_areas(batch: Batch) -> None:
    """The areas first, then which product is in which; a product that the list of products lacks is refused."""
    upns = {row.values["upn"] for row in batch.rows}
    known = queries_stored.products_known(upns)
    rows = [
        row for row in batch.once(lambda row: (row.values["upn"], row.values["area_code"])) if _known(batch, row, known)
    ]
    areas = Batch(batch.run, [])
    keep_rows(
        areas, InformationArea, ("code",),
        ({"code": v["area_code"], "name": v["area_name"], "theme": v["theme"] or ""} for v in (row.values for row in rows)),
    )  # fmt: skip
    keep_rows(
        batch, ProductArea, ("upn", "area_code"),
        ({"upn": row.values["upn"], "area_code": row.values["area_code"]} for row in rows),
    )  # fmt: skip
    # Areas go last when this is undone: as long as a product is in one, it stays.
    batch.made += [(f"~{key}", f"~{subject}") for key, subject in areas.made]


def _known(batch: Batch, row: Row, upns: set[str]) -> bool:
    if row.values["upn"] in upns:
        return True
    batch.refuse(row, "upn", "unknown_product")
    return False


def _remove_product_areas(_run: ImportRun, subjects: Sequence[str]) -> set[str]:
    pairs = [subject for subject in subjects if not subject.startswith("~")]
    areas = [subject[1:] for subject in subjects if subject.startswith("~")]
    remove_rows(ProductArea, ("upn", "area_code"), pairs)
    remove_rows(InformationArea, ("code",), areas)
    return set()


def _write_municipalities(batch: Batch) -> None:
    """The present ones: their names; what is known of their beginnings comes with them."""
    rows = batch.once(lambda row: row.values["code"])
    stored = _stored(rows)
    keep_rows(batch, MunicipalityRegister, ("code",), (_present(row, stored) for row in rows))


def _present(row: Row, stored: dict[str, MunicipalityRegister]) -> dict[str, object]:
    code = row.values["code"]
    known = stored.get(code)
    began_on = known.began_on if known and known.began_on else BEGINNINGS.get(code)
    return {"code": code, "name": row.values["name"], "began_on": began_on}


def _write_history(batch: Batch) -> None:
    """All that ever were, with successors. The present name of another list stays; later changes are filled in."""
    rows = batch.once(lambda row: row.values["code"])
    stored = _stored(rows)
    wanted = []
    for row in rows:
        given = row.values
        successor, ended_on = given["successor_code"], given["ended_on"]
        if ended_on is None and given["code"] in LATER_CHANGES:
            successor, ended_on = LATER_CHANGES[given["code"]]
        if successor is not None and ended_on is None:
            batch.refuse(row, "ended_on", "missing")
            continue
        known = stored.get(given["code"])
        wanted.append(
            {
                "code": given["code"],
                "name": known.name if known else given["name"],
                "began_on": given["began_on"] or BEGINNINGS.get(given["code"]),
                "ended_on": ended_on,
                "successor_code": successor,
            }
        )
    keep_rows(batch, MunicipalityRegister, ("code",), wanted)


def _write_rsin(batch: Batch) -> None:
    """The legal person of a municipality that is in the register already."""
    rows = batch.once(lambda row: row.values["code"])
    stored = _stored(rows)
    wanted = []
    for row in rows:
        known = stored.get(row.values["code"])
        if known is None:
            batch.refuse(row, "code", "unknown_municipality")
        else:
            wanted.append({"code": known.code, "name": known.name, "rsin": row.values["rsin"]})
    keep_rows(batch, MunicipalityRegister, ("code",), wanted)


def _stored(rows: Sequence[Row]) -> dict[str, MunicipalityRegister]:
    return queries_stored.register_by_code([row.values["code"] for row in rows])


def _write_postcodes(batch: Batch) -> None:
    """Each postcode under the code of the municipality that the list names."""
    register = queries_national.whole_register()
    codes: dict[str, str | None] = {}
    wanted = []
    for row in batch.once(lambda row: (row.values["pc4"], row.values["valid_from"])):
        given = row.values
        name = given["municipality"]
        if name not in codes:
            codes[name] = code_by_name(register.values(), name, given["valid_from"] or POSTCODES_OF)
        if given["valid_to"] and given["valid_from"] and given["valid_to"] < given["valid_from"]:
            batch.refuse(row, "valid_to", "before")
        elif (code := codes[name]) is None:
            batch.refuse(row, "municipality", "unknown_municipality")
        else:
            wanted.append(
                {
                    "pc4": given["pc4"],
                    "valid_from": given["valid_from"] or LONG_AGO,
                    "valid_to": given["valid_to"],
                    "place": given["place"],
                    "cbs_code": code,
                }
            )
    keep_rows(batch, PostcodeArea, ("pc4", "valid_from"), wanted)


def _remove_products(_run: ImportRun, subjects: Sequence[str]) -> set[str]:
    remove_rows(Product, ("upn",), subjects)
    return set()


def _remove_municipalities(_run: ImportRun, subjects: Sequence[str]) -> set[str]:
    remove_rows(MunicipalityRegister, ("code",), subjects)
    return set()


def _remove_postcodes(_run: ImportRun, subjects: Sequence[str]) -> set[str]:
    remove_rows(PostcodeArea, ("pc4", "valid_from"), subjects)
    return set()


WRITERS["upl"] = Writer(_write_products, _remove_products)
WRITERS["product_areas"] = Writer(_write_product_areas, _remove_product_areas)
WRITERS["municipalities"] = Writer(_write_municipalities, _remove_municipalities)
WRITERS["municipality_history"] = Writer(_write_history, _remove_municipalities)
WRITERS["rsin"] = Writer(_write_rsin, _remove_municipalities)
WRITERS["postcodes"] = Writer(_write_postcodes, _remove_postcodes)
