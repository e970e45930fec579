"""The table of figures as a file: CSV for anything, XLSX for spreadsheets. Small cells of topics are always hidden."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TypeAlias

import xlsxwriter
from flask_babel import gettext as _

from kcc.insight.rules_figures import TownLine, together
from kcc.insight.views_words import not_measured

Value: TypeAlias = str | int | float | None
Table: TypeAlias = list[list[Value]]

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for a formula at the start of a text."""


def figures_table(period: str, lines: Sequence[TownLine]) -> Table:
    """The head and a line for each municipality and for all together; None where nothing was measured."""
    head: list[Value] = [
        _("Periode"), _("Gemeente"), _("Gesprekken"), _("Vragen"), _("Direct beantwoord"), _("Direct beantwoord (procent)"),
        _("Netto direct beantwoord"), _("Te volgen vragen"), _("Netto direct beantwoord (procent)"), _("Dekking (procent)"),
        _("Doorgezet"), _("Terugbelverzoeken gemeten"), _("Op tijd teruggebeld"), _("Op tijd teruggebeld (procent)"),
        _("Ondergrens (procent)"), _("Bovengrens (procent)"), _("Afspraak (procent)"), _("Teruggegeven"), _("Doorverbonden"),
        _("Doorverbinden mislukt"), _("Gesprekstijd gemiddeld (s)"), _("Nawerktijd gemiddeld (s)"), _("Open nu"),
        _("Te laat nu"),
    ]  # fmt: skip
    whole = TownLine(_("Samen"), together(line.now for line in lines), together(line.before for line in lines), None)
    return [head, *([period, *_values(line)] for line in [*lines, whole])]


def topics_table(
    period: str, names: Sequence[str], towns: Sequence[str], cells: Sequence[Sequence[int | None]]
) -> Table:
    """Questions by topic and municipality; hidden cells read 'verborgen'."""
    hidden = _("verborgen (klein aantal)")
    head: list[Value] = [_("Periode"), _("Onderwerp"), *towns]
    body: Table = [
        [period, name, *(hidden if cell is None else cell for cell in row)]
        for name, row in zip(names, cells, strict=True)
    ]
    return [head, *body]


def to_csv(tables: Sequence[Table]) -> bytes:
    """Tables below one another, as Dutch spreadsheets open them: semicolons, decimal commas, UTF-8 with its mark."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        for row in table:
            writer.writerow([_as_text(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(sheets: Sequence[tuple[str, Table]]) -> bytes:
    """A workbook with a sheet for each table; text stays text, whatever it begins with."""
    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(data, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, table in sheets:
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 2)
            sheet.set_column(0, 1, 22)
            sheet.set_column(2, max(len(table[0]) - 1, 2), 13)
            for line, row in enumerate(table):
                for place, value in enumerate(row):
                    style = bold if line == 0 else None
                    if isinstance(value, int | float):
                        sheet.write_number(line, place, value, style)
                    else:
                        sheet.write_string(line, place, not_measured() if value is None else value, style)
    return data.getvalue()


def _values(line: TownLine) -> list[Value]:
    now, interval = line.now, line.now.on_time_interval
    return [
        line.name, now.conversations, now.questions, now.answered, _percent(now.share_at_once), now.net, now.followed,
        _percent(now.share_net), _percent(now.coverage), now.escalated, now.tasks_measured, now.tasks_on_time,
        _percent(now.share_on_time), _percent(interval.low if interval else None), _percent(interval.high if interval else None),
        line.agreed, now.returned, now.transferred, now.transfer_failed, _rounded(now.mean_talk), _rounded(now.mean_wrap_up),
        now.open, now.overdue,
    ]  # fmt: skip


def _percent(value: float | None) -> float | None:
    return _rounded(None if value is None else value * 100)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _as_text(value: Value) -> str:
    if value is None:
        return not_measured()
    if isinstance(value, float):
        return f"{value:.1f}".replace(".", ",")
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value.startswith(DANGEROUS) else value
