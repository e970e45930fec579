"""Imports: the list, a new file, its columns, the trial and its report, taking over, stopping and undoing."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.csv_files import LARGEST_FILE
from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Permission
from kcc.imports import actions, queries
from kcc.imports.forms import FileForm, columns_form
from kcc.imports.models import ImportRun
from kcc.imports.rules_kinds import KINDS
from kcc.imports.views_blueprint import bp
from kcc.imports.views_words import FIELD_WORDS, KIND_WORDS, field_word, reason_word, state_of
from kcc.municipalities import queries as municipalities
from kcc.web import fragments
from kcc.web.forms import BaseForm
from kcc.web.guards import requires, takes_files
from kcc.web.navigation import add_setup_entry
from kcc.web.paging import page_of, unpack
from kcc.web.person import actor

add_setup_entry(
    "imports.overview", _l("Imports"), _l("Lijsten en oude gegevens uit bestanden overnemen, eerst op proef."),
    Permission.SETUP_MANAGE, place=40,
)  # fmt: skip
PAGE_SIZE = 25
REFUSALS_SHOWN = 50


@bp.get("/")
@requires(Permission.SETUP_MANAGE)
def overview() -> ResponseReturnValue:
    """What was taken over, newest first."""
    found = queries.runs(PAGE_SIZE + 1, _before(request.args.get("after")))
    return render_template(
        "imports/overview.html",
        page=page_of(found, PAGE_SIZE, lambda run: (run.made_at, run.id)),
        towns={town.id: town for town in municipalities.visible_municipalities()},
        kind_words=KIND_WORDS,
        state_of=state_of,
    )


@bp.get("/new")
@requires(Permission.SETUP_MANAGE)
def new() -> ResponseReturnValue:
    """Choose what to take over, and a file."""
    asked = request.args.get("kind", "")
    return _new_page(_file_form(kind=asked if asked in KINDS else next(iter(KINDS))))


@bp.post("/new")
@requires(Permission.SETUP_MANAGE)
@takes_files(LARGEST_FILE + 1_000_000)
def bring() -> ResponseReturnValue:
    """Keep the file, and go on to its columns or its run."""
    form = _file_form()
    file = form.file.data
    if not form.validate():
        return _new_page(form), 422
    try:
        if not file or not file.filename:
            raise InvalidInput("Kies een bestand.", field="file")
        run = actions.bring_file(
            actor=actor(), municipality_id=form.municipality_id.data, kind=form.kind.data, name=file.filename, data=file.read()
        )  # fmt: skip
    except InvalidInput as fault:
        line = fault.details.get("line")
        form.refuse(fault, "file")
        if line and form.file.errors:
            form.file.errors = [*form.file.errors[:-1], f"{form.file.errors[-1]} {_('Regel %(line)s.', line=line)}"]
        return _new_page(form), 422
    if run.state == "new":
        return redirect(url_for("imports.columns", run_id=run.id), 303)
    return redirect(url_for("imports.show", run_id=run.id), 303)


def _file_form(kind: str | None = None) -> FileForm:
    towns = municipalities.visible_municipalities()
    form = (
        FileForm()
        if kind is None
        else FileForm(formdata=None, kind=kind, municipality_id=towns[0].id if towns else None)
    )
    form.kind.choices = [(key, KIND_WORDS[key][0]) for key in KINDS]
    form.municipality_id.choices = [(town.id, town.name) for town in towns]
    return form


def _new_page(form: FileForm) -> str:
    return render_template(
        "imports/new.html", form=form, kinds=[(KIND_WORDS[key], KINDS[key]) for key in KINDS], field_words=FIELD_WORDS
    )


@bp.get("/<uuid:run_id>")
@requires(Permission.SETUP_MANAGE)
def show(run_id: uuid.UUID) -> ResponseReturnValue:
    """One run: how far it is, what became of its rows, and what can be done now."""
    run = queries.run(run_id)
    return fragments.render(
        "imports/show.html",
        "imports/_run.html",
        run=run,
        town=municipalities.municipality(run.municipality_id),
        kind=KINDS.get(run.kind),
        kind_word=KIND_WORDS[run.kind][0],
        state=state_of(run),
        reasons=queries.reasons(run) if run.refused or run.left_behind else [],
        field_word=field_word,
        reason_word=reason_word,
        form=lambda: BaseForm(formdata=None),
    )


@bp.get("/<uuid:run_id>/columns")
@requires(Permission.SETUP_MANAGE)
def columns(run_id: uuid.UUID) -> ResponseReturnValue:
    """Which column holds what."""
    run = queries.run(run_id)
    return _columns_page(run, _columns_form(run, fresh=True))


@bp.post("/<uuid:run_id>/columns")
@requires(Permission.SETUP_MANAGE)
def choose_columns(run_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the choice, for this file and the next of its kind."""
    run = queries.run(run_id)
    kind = KINDS[run.kind]
    form = _columns_form(run)
    if form.validate():
        try:
            mapping = {field.key: form[f"column_{field.key}"].data or "" for field in kind.fields}
            other = form["other_topic"].data if "other_topic" in form else ""
            actions.choose_columns(
                actor=actor(), run_id=run.id, mapping=mapping, other_topic=int(other) if other else None
            )
            return redirect(url_for("imports.show", run_id=run.id), 303)
        except InvalidInput as fault:
            form.refuse(fault)
    return _columns_page(run, form), 422


def _columns_form(run: ImportRun, *, fresh: bool = False) -> BaseForm:
    kind = KINDS[run.kind]
    topics = municipalities.topics_of(run.municipality_id) if kind.other_topic else None
    chosen = {**run.mapping, "other_topic": str(run.options.get("other_topic") or "")} if fresh else None
    return columns_form(kind, FIELD_WORDS, run.columns, chosen, [(str(one.id), one.name) for one in topics or []])


def _columns_page(run: ImportRun, form: BaseForm) -> str:
    filled = dict(zip(run.columns, run.filled, strict=True))
    kind = KINDS[run.kind]
    return render_template(
        "imports/columns.html",
        run=run,
        town=municipalities.municipality(run.municipality_id),
        kind=kind,
        kind_word=KIND_WORDS[run.kind][0],
        form=form,
        filled=filled,
        unused=[name for name in run.columns if name not in run.mapping.values()],
    )


@bp.post("/<uuid:run_id>/try")
@requires(Permission.SETUP_MANAGE)
def try_out(run_id: uuid.UUID) -> ResponseReturnValue:
    """Read all rows and report, writing nothing."""
    return _act(run_id, lambda: actions.begin(actor=actor(), run_id=run_id, dry_run=True))


@bp.post("/<uuid:run_id>/start")
@requires(Permission.SETUP_MANAGE)
def start(run_id: uuid.UUID) -> ResponseReturnValue:
    """Take the rows over."""
    return _act(run_id, lambda: actions.begin(actor=actor(), run_id=run_id, dry_run=False))


@bp.post("/<uuid:run_id>/stop")
@requires(Permission.SETUP_MANAGE)
def stop(run_id: uuid.UUID) -> ResponseReturnValue:
    """Stop after the chunk that is being done."""
    return _act(run_id, lambda: actions.stop(actor=actor(), run_id=run_id))


@bp.post("/<uuid:run_id>/go-on")
@requires(Permission.SETUP_MANAGE)
def go_on(run_id: uuid.UUID) -> ResponseReturnValue:
    """Go on where it was stopped."""
    return _act(run_id, lambda: actions.go_on(actor=actor(), run_id=run_id))


@bp.post("/<uuid:run_id>/undo")
@requires(Permission.SETUP_MANAGE)
def undo(run_id: uuid.UUID) -> ResponseReturnValue:
    """Remove what the run made, as far as nothing uses it."""
    return _act(run_id, lambda: actions.begin_undo(actor=actor(), run_id=run_id))


def _act(run_id: uuid.UUID, act: object) -> ResponseReturnValue:
    try:
        act()  # type: ignore[operator]
    except InvalidState as fault:
        flash(_(fault.message), "warning")
    return redirect(url_for("imports.show", run_id=run_id), 303)


@bp.get("/<uuid:run_id>/refusals")
@requires(Permission.SETUP_MANAGE)
def refusals(run_id: uuid.UUID) -> ResponseReturnValue:
    """Every refused row and why, by line."""
    run = queries.run(run_id)
    found = queries.refusals(run, REFUSALS_SHOWN + 1, _after_line(request.args.get("after")))
    return render_template(
        "imports/refusals.html",
        run=run,
        town=municipalities.municipality(run.municipality_id),
        kind_word=KIND_WORDS[run.kind][0],
        page=page_of(found, REFUSALS_SHOWN, lambda row: (row.line, row.id)),
        field_word=field_word,
        reason_word=reason_word,
    )


@bp.get("/<uuid:run_id>/refusals.csv")
@requires(Permission.SETUP_MANAGE)
def refusals_file(run_id: uuid.UUID) -> ResponseReturnValue:
    """The same as a file; what stood in the row is not in it."""
    run = queries.run(run_id)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Regel"), _("Veld"), _("Kolom"), _("Code"), _("Reden")])
    for row in queries.all_refusals(run):
        column = str(run.mapping.get(row.field, ""))
        column = f"'{column}" if column.startswith(("=", "+", "-", "@")) else column
        writer.writerow([row.line or "", str(field_word(row.field)), column, row.code, str(reason_word(row.code))])
    answer = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="geweigerd-{run.kind}.csv"'
    return answer


def _before(word: str | None) -> queries.Place | None:
    values = unpack(word)
    try:
        if values is None or len(values) != 2:
            return None
        at = datetime.fromisoformat(values[0])
        return (at, uuid.UUID(values[1])) if at.tzinfo else None
    except ValueError:
        return None


def _after_line(word: str | None) -> tuple[int, uuid.UUID] | None:
    values = unpack(word)
    try:
        if values is None or len(values) != 2 or not 0 <= int(values[0]) < 2**31:
            return None
        return int(values[0]), uuid.UUID(values[1])
    except ValueError:
        return None
