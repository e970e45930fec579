"""One person: name, roles, invitation, departments, skills, and leaving with what is handed over."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, KCCError, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.people import actions_accounts as accounts
from kcc.people import actions_address as addresses
from kcc.people import queries_accounts as queries
from kcc.people.models_rights import RightsProposal
from kcc.setup import actions_people as actions
from kcc.setup import queries_people
from kcc.setup.forms_people import EmailForm, EndForm, MemberForm, NameForm, PlainPeopleForm, RoleForm, skill_levels
from kcc.setup.people_words import ROLES, SKILLS, SKILLS_OF_TOWN, WEEKDAYS_SHORT, WORK
from kcc.setup.views_blueprint import bp
from kcc.setup.views_people import town_choices
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.person import actor


@bp.get("/people/<uuid:account_id>")
@requires(Permission.PEOPLE_MANAGE)
def person(account_id: uuid.UUID) -> ResponseReturnValue:
    """What somebody may do where, and how far the invitation is."""
    return _page(account_id)


@bp.post("/people/<uuid:account_id>/name")
@requires(Permission.PEOPLE_MANAGE)
def rename_person(account_id: uuid.UUID) -> ResponseReturnValue:
    """Correct a name."""
    form = NameForm()
    if not form.validate_on_submit():
        return _page(account_id, 422, name_form=form)
    try:
        accounts.rename(actor=actor(), account_id=account_id, name=form.name.data or "")
    except InvalidInput as fault:
        form.refuse(fault)
        return _page(account_id, 422, name_form=form)
    flash(_("De naam is gewijzigd."), "success")
    return redirect(url_for("setup.person", account_id=account_id), 303)


@bp.post("/people/<uuid:account_id>/email")
@requires(Permission.PEOPLE_MANAGE)
def ask_email(account_id: uuid.UUID) -> ResponseReturnValue:
    """Propose another address for somebody who cannot sign in any more."""
    form = EmailForm()
    if not form.validate_on_submit():
        return _page(account_id, 422, email_form=form)
    try:
        addresses.ask_for(actor=actor(), account_id=account_id, email=form.email.data or "")
    except (InvalidInput, NotAllowed) as fault:
        form.refuse(fault if isinstance(fault, InvalidInput) else InvalidInput(fault.message))
        return _page(account_id, 422, email_form=form)
    flash(_("Een tweede beheerder moet dit bevestigen. Daarna gaat er een link naar het nieuwe adres."), "info")
    return redirect(url_for("setup.person", account_id=account_id), 303)


@bp.post("/people/<uuid:account_id>/email/decide")
@requires(Permission.PEOPLE_MANAGE)
def decide_email(account_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm or refuse what another administrator proposed; or take it back."""
    what = request.form.get("do")
    try:
        if what == "withdraw":
            addresses.withdraw_for(actor=actor(), account_id=account_id)
            flash(_("De wijziging is ingetrokken. De link werkt niet meer."), "success")
        elif addresses.decide(actor=actor(), account_id=account_id, confirm=what == "confirm") == "confirmed":
            flash(_("Bevestigd. Er gaat een link naar het nieuwe adres en een bericht naar het oude."), "success")
        else:
            flash(_("Geweigerd. Het adres blijft zoals het is."), "success")
    except NotAllowed as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("setup.rights"), 303)


@bp.post("/people/<uuid:account_id>/roles")
@requires(Permission.PEOPLE_MANAGE)
def grant_role(account_id: uuid.UUID) -> ResponseReturnValue:
    """Give a role, or propose an administrator."""
    queries.person(account_id)
    form = RoleForm()
    form.municipality_id.choices = town_choices()
    if not form.validate_on_submit():
        return _page(account_id, 422, role_form=form)
    try:
        made = accounts.grant(
            actor=actor(), account_id=account_id, municipality_id=form.municipality_id.data, role=form.role.data,
            valid_from=form.valid_from.data, valid_to=form.valid_to.data,
        )  # fmt: skip
    except (InvalidInput, InvalidState, NotAllowed) as fault:
        form.refuse(fault if isinstance(fault, InvalidInput) else InvalidInput(fault.message))
        return _page(account_id, 422, role_form=form)
    if isinstance(made, RightsProposal):
        flash(_("Een tweede beheerder moet dit voorstel bevestigen."), "info")
        return redirect(url_for("setup.rights"), 303)
    flash(_("De rol is gegeven."), "success")
    return redirect(url_for("setup.person", account_id=account_id), 303)


@bp.post("/people/<uuid:account_id>/roles/<uuid:membership_id>/end")
@requires(Permission.PEOPLE_MANAGE)
def end_role(account_id: uuid.UUID, membership_id: uuid.UUID) -> ResponseReturnValue:
    """End a role now, or on its last day."""
    if queries.membership(membership_id).account_id != account_id:
        raise NotFound
    form = EndForm()
    if not form.validate_on_submit():
        return _page(account_id, 422, ending=(membership_id, form))
    return _done(
        account_id,
        lambda: accounts.end_membership(actor=actor(), membership_id=membership_id, last_day=form.last_day.data),
        _("De rol eindigt. Open werk gaat naar anderen."),
    )


@bp.post("/people/<uuid:account_id>/invite")
@requires(Permission.PEOPLE_MANAGE)
def invite_person(account_id: uuid.UUID) -> ResponseReturnValue:
    """Mail a link; one that was open works no more."""
    someone = queries.person(account_id)
    moment = now()
    towns = [
        held.municipality_id for held in someone.memberships if held.valid_to is None or held.valid_to > moment
    ]  # fmt: skip
    if not towns:
        raise NotFound
    return _done(
        account_id,
        lambda: accounts.invite(actor=actor(), account_id=account_id, municipality_id=towns[0]),
        _("De uitnodiging gaat per mail."),
    )


@bp.post("/people/<uuid:account_id>/invitations/<uuid:invitation_id>/withdraw")
@requires(Permission.PEOPLE_MANAGE)
def withdraw_invitation(account_id: uuid.UUID, invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Take an invitation back."""
    if queries.invitation(invitation_id).account_id != account_id:
        raise NotFound
    return _done(
        account_id,
        lambda: accounts.withdraw(actor=actor(), invitation_id=invitation_id),
        _("De uitnodiging is ingetrokken. De link werkt niet meer."),
    )


@bp.route("/people/<uuid:account_id>/leave", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def leave(account_id: uuid.UUID) -> ResponseReturnValue:
    """What would be handed over; and, on confirmation, the end of all access here."""
    someone = queries.person(account_id)
    form = PlainPeopleForm()
    if request.method == "POST" and form.validate_on_submit():
        try:
            accounts.leave(actor=actor(), account_id=account_id)
        except (InvalidState, NotAllowed) as fault:
            form.form_errors.append(_(fault.message))
        else:
            flash(_("De toegang is beëindigd. Het open werk wordt nu overgedragen."), "success")
            return redirect(url_for("setup.person", account_id=account_id), 303)
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    moment = now()
    held = [each for each in someone.memberships if each.valid_to is None or each.valid_to > moment]
    return render_template(
        "setup/person_leave.html", someone=someone, form=form, towns=towns, work=queries.open_work(account_id), words=WORK,
        held=held, roles=ROLES, is_me=account_id == actor().account_id,
    ), 422 if form.form_errors else 200  # fmt: skip


@bp.get("/people/<uuid:account_id>/departments")
@requires(Permission.PEOPLE_MANAGE)
def person_departments(account_id: uuid.UUID) -> ResponseReturnValue:
    """For which departments somebody works, when, and who stands in."""
    return _departments_page(account_id)


@bp.post("/people/<uuid:account_id>/departments")
@requires(Permission.PEOPLE_MANAGE)
def set_department(account_id: uuid.UUID) -> ResponseReturnValue:
    """Add a department, or change how somebody works for it."""
    form = MemberForm()
    places = _prepare(form, account_id)
    if not form.validate_on_submit():
        return _departments_page(account_id, form, 422)
    try:
        actions.set_department(
            actor=actor(), account_id=account_id, municipality_id=places[form.department_id.data],
            department_id=form.department_id.data,
            data=actions.MemberData(
                phone=form.phone.data or "", weekdays=tuple(form.weekdays.data or ()), absent_until=form.absent_until.data,
                deputy_id=uuid.UUID(form.deputy_id.data) if form.deputy_id.data else None,
            ),
        )  # fmt: skip
    except InvalidInput as fault:
        form.refuse(fault)
        return _departments_page(account_id, form, 422)
    flash(_("Opgeslagen."), "success")
    return redirect(url_for("setup.person_departments", account_id=account_id), 303)


@bp.post("/people/<uuid:account_id>/departments/<uuid:member_id>/remove")
@requires(Permission.PEOPLE_MANAGE)
def leave_department(account_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Work for a department no more."""
    return _done(
        account_id,
        lambda: actions.leave_department(actor=actor(), account_id=account_id, member_id=member_id),
        _("Weggehaald."),
        "setup.person_departments",
    )


@bp.get("/people/<uuid:account_id>/skills")
@requires(Permission.PEOPLE_MANAGE)
def person_skills(account_id: uuid.UUID) -> ResponseReturnValue:
    """How well somebody knows each group of topics of each town."""
    return _skills_page(account_id)


@bp.post("/people/<uuid:account_id>/skills")
@requires(Permission.PEOPLE_MANAGE)
def save_skills(account_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the levels."""
    queries.person(account_id)
    form = PlainPeopleForm()
    towns = [town.id for town in municipalities.visible_municipalities()]
    try:
        if not form.validate_on_submit():
            raise InvalidInput
        groups = queries_people.topic_groups(towns)
        actions.set_skills(
            actor=actor(), account_id=account_id, levels=skill_levels(request.form, towns, groups)
        )  # fmt: skip
    except InvalidInput as fault:
        db.session.rollback()
        form.form_errors.append(_(fault.message))
        return _skills_page(account_id, form, 422)
    flash(_("De vaardigheden zijn opgeslagen."), "success")
    return redirect(url_for("setup.person_skills", account_id=account_id), 303)


def _done(
    account_id: uuid.UUID, act: Callable[[], object], words: str, back: str = "setup.person"
) -> ResponseReturnValue:
    try:
        act()
        flash(words, "success")
    except (InvalidInput, InvalidState, NotAllowed) as fault:
        _undo(fault)
    return redirect(url_for(back, account_id=account_id), 303)


def _undo(fault: KCCError) -> None:
    db.session.rollback()
    flash(_(fault.message), "warning")


def _page(
    account_id: uuid.UUID, status: int = 200, *, name_form: NameForm | None = None, role_form: RoleForm | None = None,
    ending: tuple[uuid.UUID, EndForm] | None = None, email_form: EmailForm | None = None,
) -> ResponseReturnValue:  # fmt: skip
    someone = queries.person(account_id)
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    if role_form is None:
        role_form = RoleForm(formdata=None)
        role_form.municipality_id.choices = [(town.id, town.name) for town in towns.values()]
    return render_template(
        "setup/person.html", someone=someone, towns=towns, roles=ROLES, at=now(), role_form=role_form,
        name_form=name_form or NameForm(formdata=None, obj=someone.account), plain=lambda: PlainPeopleForm(formdata=None),
        end_form=lambda held: ending[1] if ending and ending[0] == held else EndForm(formdata=None),
        is_me=account_id == actor().account_id, tab="roles", one_second=timedelta(seconds=1), proposed=_proposed(account_id),
        email_form=email_form or EmailForm(formdata=None),
        email_change=next((each for each in queries.open_email_changes() if each.account_id == account_id), None),
    ), status  # fmt: skip


def _proposed(account_id: uuid.UUID) -> list[str]:
    return [proposal.town for proposal in queries.open_proposals() if proposal.account_id == account_id]


def _departments_page(account_id: uuid.UUID, form: MemberForm | None = None, status: int = 200) -> ResponseReturnValue:
    someone = queries.person(account_id)
    if form is None:
        form = MemberForm(formdata=None)
        _prepare(form, account_id)
    members = queries.departments_of_person(account_id)
    return render_template(
        "setup/person_departments.html", someone=someone, members=members, form=form, days=WEEKDAYS_SHORT,
        departments=dict(form.department_id.choices), deputies=dict(form.deputy_id.choices), tab="departments",
        plain=lambda: BaseForm(formdata=None),
    ), status  # fmt: skip


def _prepare(form: MemberForm, account_id: uuid.UUID) -> dict[int, int]:
    """Fill in what can be chosen; gives the town of each department."""
    towns = {town.id: town.name for town in municipalities.visible_municipalities()}
    departments = queries_people.departments_in(towns)
    form.department_id.choices = [(each.id, f"{towns[each.municipality_id]}: {each.name}") for each in departments]
    colleagues = queries_people.colleagues_in(towns, account_id)
    form.deputy_id.choices = [("", _("niemand")), *((str(who), name) for who, name in colleagues)]
    return {each.id: each.municipality_id for each in departments}


def _skills_page(account_id: uuid.UUID, form: BaseForm | None = None, status: int = 200) -> ResponseReturnValue:
    someone = queries.person(account_id)
    moment = now()
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    works = {
        held.municipality_id
        for held in someone.memberships
        if held.role in queries_people.DESK_ROLES and (held.valid_to is None or held.valid_to > moment)
    }
    groups = queries_people.topic_groups(list(towns))
    return render_template(
        "setup/person_skills.html", someone=someone, towns=[towns[each] for each in towns if each in works], groups=groups,
        levels=queries_people.skills_of(account_id), words=SKILLS, words_of_town=SKILLS_OF_TOWN, tab="skills",
        form=form or PlainPeopleForm(formdata=None),
    ), status  # fmt: skip
