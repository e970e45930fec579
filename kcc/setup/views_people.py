"""Who works for the towns that one manages: the list, a new account, accounts from a file."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed
from kcc.core.permissions import Permission, Role
from kcc.municipalities import queries as municipalities
from kcc.people import actions_accounts as accounts
from kcc.people import queries_accounts as queries
from kcc.people.queries_accounts import PeopleFilter, Someone
from kcc.setup import actions_people_file as files
from kcc.setup.forms_people import AccountForm, PeopleFileForm, PeopleSearchForm
from kcc.setup.people_words import ROLES, ROLES_DO
from kcc.setup.views_blueprint import bp
from kcc.web.guards import reads, requires, takes_files
from kcc.web.navigation import add_setup_entry
from kcc.web.paging import Page, page_of, unpack
from kcc.web.person import actor

PAGE_SIZE = 50
LARGEST_FILE = 2_000_000
add_setup_entry(
    "setup.people", _l("Mensen"), _l("Accounts, rollen, afdelingen en vaardigheden; iemand laten vertrekken."),
    Permission.PEOPLE_MANAGE, place=20,
)  # fmt: skip


@bp.get("/people")
@requires(Permission.PEOPLE_MANAGE)
def people() -> ResponseReturnValue:
    """Everybody who works for one's towns, by name; with a role, a town, or who left."""
    asked = _filter()
    rows = queries.people(asked, _place(request.args.get("after")), PAGE_SIZE)
    page = page_of(rows, PAGE_SIZE, lambda each: (each.account.id,))
    return _list(page, asked, PeopleSearchForm(formdata=None))


@bp.post("/people/search")
@requires(Permission.PEOPLE_MANAGE)
@reads
def find_people() -> ResponseReturnValue:
    """Search by name or address; by POST, so that no name stands in an address."""
    form = PeopleSearchForm()
    if not form.validate_on_submit():
        return _list(Page([]), PeopleFilter(), form), 422
    return _list(Page(queries.found(form.text.data or "", PeopleFilter())), PeopleFilter(), form)


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def new_person() -> ResponseReturnValue:
    """Make an account with a first role, and invite its person."""
    form = AccountForm()
    form.municipality_id.choices = town_choices()
    if request.method == "GET":
        return render_template("setup/person_new.html", form=form, roles=ROLES_DO, role_words=ROLES)
    if not form.validate_on_submit():
        return render_template("setup/person_new.html", form=form, roles=ROLES_DO, role_words=ROLES), 422
    try:
        account_id, is_new = accounts.add_account(
            actor=actor(), email=form.email.data or "", name=form.name.data or "",
            municipality_id=form.municipality_id.data, role=form.role.data, valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
        )  # fmt: skip
    except (InvalidInput, InvalidState, NotAllowed) as fault:
        form.refuse(fault if isinstance(fault, InvalidInput) else InvalidInput(fault.message))
        return render_template("setup/person_new.html", form=form, roles=ROLES_DO, role_words=ROLES), 422
    if form.role.data == Role.ADMINISTRATOR:
        flash(_("Een tweede beheerder moet dit voorstel bevestigen. Daarna kunt u uitnodigen."), "info")
        return redirect(url_for("setup.rights"), 303)
    if form.invited.data and not queries.person(account_id).has_password:
        accounts.invite(actor=actor(), account_id=account_id, municipality_id=form.municipality_id.data)
        flash(_("Het account is gemaakt. De uitnodiging gaat per mail."), "success")
    elif is_new:
        flash(_("Het account is gemaakt. Nodig de medewerker uit als het zover is."), "success")
    else:
        flash(_("Deze persoon had al een account. De rol is toegevoegd."), "success")
    return redirect(url_for("setup.person", account_id=account_id), 303)


@bp.route("/people/import", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
@takes_files(LARGEST_FILE)
def import_people() -> ResponseReturnValue:
    """Accounts from a file: tried first, then taken over, with the rows that were refused and why."""
    form = PeopleFileForm()
    if request.method == "GET":
        return render_template("setup/people_file.html", form=form, result=None, columns=files.COLUMNS)
    sent = request.files.get("file")
    dry_run = request.form.get("do") != "import"
    try:
        if not form.validate_on_submit() or sent is None or not sent.filename:
            raise InvalidInput("Kies een bestand.", field="file")
        result = files.import_people(actor=actor(), data=sent.read(), invited=True, dry_run=dry_run)
    except InvalidInput as fault:
        form.refuse(fault)
        line = fault.details.get("line")
        return render_template(
            "setup/people_file.html", form=form, result=None, columns=files.COLUMNS, line=line
        ), 422  # fmt: skip
    return render_template(
        "setup/people_file.html", form=PeopleFileForm(formdata=None), result=result, dry_run=dry_run, columns=files.COLUMNS
    )  # fmt: skip


def town_choices() -> list[tuple[int, str]]:
    """The towns whose people one manages."""
    return [(town.id, town.name) for town in municipalities.visible_municipalities()]


def _list(page: Page[Someone], asked: PeopleFilter, form: PeopleSearchForm) -> str:
    moment = now()
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    return render_template(
        "setup/people.html", page=page, asked=asked, form=form, towns=towns, roles=ROLES, at=moment,
        held={each.account.id: roles_held(each, asked.gone) for each in page.rows}, most=queries.MOST_FOUND,
    )  # fmt: skip


def roles_held(someone: Someone, gone: bool) -> dict[str, list[int]]:
    """For each role of somebody the towns, those that are over only for who left."""
    moment = now()
    found: dict[str, list[int]] = {}
    for held in someone.memberships:
        if gone or held.valid_to is None or held.valid_to > moment:
            places = found.setdefault(held.role, [])
            if held.municipality_id not in places:
                places.append(held.municipality_id)
    return found


def _filter() -> PeopleFilter:
    role, town = request.args.get("role", ""), request.args.get("town", "")
    return PeopleFilter(
        role=role if role in list(Role) else "",
        municipality_id=int(town) if town.isdecimal() and len(town) < 10 else None,
        gone=request.args.get("gone") == "1",
    )


def _place(word: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID((unpack(word) or [""])[0])
    except ValueError:
        return None
