"""Four eyes for administrators, the quarterly review of rights, and conversations that nobody has any more."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed
from kcc.core.findings import Finding, Level, check
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.people import actions_accounts as accounts
from kcc.people import actions_reviews as reviews
from kcc.people import queries_accounts as queries
from kcc.people import rules_accounts as rules
from kcc.setup import actions_people, queries_people
from kcc.setup.forms_people import HandForm, PlainPeopleForm, verdicts
from kcc.setup.people_words import DECISIONS, ROLES
from kcc.setup.views_blueprint import bp
from kcc.web import panels
from kcc.web.filters import ZONE, day
from kcc.web.fragments import render
from kcc.web.guards import requires
from kcc.web.navigation import Mark, add_setup_entry
from kcc.web.person import actor, current_person

add_setup_entry(
    "setup.rights", _l("Bevestigen door een tweede"), _l("Wie beheerder wordt, en wie een ander e-mailadres krijgt."),
    Permission.PEOPLE_MANAGE, place=22,
)  # fmt: skip
panels.register("supervise", "setup.left_work", _l("Achtergebleven gesprekken"), Permission.ROUTING_SUPERVISE)


@bp.get("/rights")
@requires(Permission.PEOPLE_MANAGE)
def rights() -> ResponseReturnValue:
    """Proposals that wait for a second administrator, and what was decided last."""
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    return render_template(
        "setup/rights.html", proposals=queries.open_proposals(), emails=waiting_emails(), decided=queries.decided_proposals(), towns=towns,
        decisions=DECISIONS, form=lambda: PlainPeopleForm(formdata=None), me=actor().account_id,
    )  # fmt: skip


@bp.post("/rights/<uuid:proposal_id>/decide")
@requires(Permission.PEOPLE_MANAGE)
def decide_proposal(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm or refuse; or withdraw one's own."""
    try:
        said = accounts.decide_proposal(
            actor=actor(), proposal_id=proposal_id, confirm=request.form.get("do") == "confirm"
        )
        flash(_("Het voorstel is %(said)s.", said=DECISIONS[said][0]), "success")
    except NotAllowed as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("setup.rights"), 303)


def waiting_emails() -> list[queries.OpenEmailChange]:
    """Other addresses that a second administrator has to confirm."""
    return [each for each in queries.open_email_changes() if not each.approved]


@bp.get("/reviews", endpoint="reviews")
@requires(Permission.PEOPLE_MANAGE)
def reviews_page() -> ResponseReturnValue:
    """How far the review of this quarter is in each town."""
    today = now().astimezone(ZONE).date()
    quarter = rules.quarter_of(today)
    waiting = queries.unreviewed(quarter, reviews.first_moment(quarter, str(ZONE)))
    return render_template(
        "setup/reviews.html", towns=municipalities.visible_municipalities(), waiting=waiting, quarter=quarter,
        due=rules.review_due(quarter), overdue=today > rules.review_due(quarter),
    )  # fmt: skip


@bp.get("/reviews/<int:municipality_id>")
@requires(Permission.PEOPLE_MANAGE)
def review(municipality_id: int) -> ResponseReturnValue:
    """Every role of a town: keep or end; and who confirmed before."""
    return _review_page(municipality_id)


@bp.post("/reviews/<int:municipality_id>")
@requires(Permission.PEOPLE_MANAGE)
def save_review(municipality_id: int) -> ResponseReturnValue:
    """Keep what was said; the rest can be done later."""
    municipalities.municipality(municipality_id)
    form = PlainPeopleForm()
    try:
        if not form.validate_on_submit():
            raise InvalidInput
        done = reviews.review(actor=actor(), municipality_id=municipality_id, verdicts=verdicts(request.form))
    except (InvalidInput, InvalidState, NotAllowed) as fault:
        db.session.rollback()
        form.form_errors.append(_(fault.message))
        return _review_page(municipality_id, form, 422)
    flash(ngettext("%(num)d rol nagekeken.", "%(num)d rollen nagekeken.", done), "success")
    return redirect(url_for("setup.review", municipality_id=municipality_id), 303)


@bp.get("/left-work")
@requires(Permission.ROUTING_SUPERVISE)
def left_work() -> ResponseReturnValue:
    """Conversations of people who left, for the page of supervisors."""
    left = queries_people.left_conversations()
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    agents = queries_people.agents_of({each.municipality_id for each in left}) if left else {}
    return render(
        "setup/left_work.html", "setup/_left_work.html", left=[(each, _hand_form(agents, each)) for each in left], towns=towns
    )  # fmt: skip


@bp.post("/left-work/<uuid:conversation_id>/hand")
@requires(Permission.ROUTING_SUPERVISE)
def hand_conversation(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Give such a conversation to an agent of its town."""
    form = HandForm()
    left = [each for each in queries_people.left_conversations() if each.id == conversation_id]
    agents = queries_people.agents_of({each.municipality_id for each in left})
    form.account_id.choices = [choice for town in agents.values() for choice in town]
    try:
        if left and not form.validate_on_submit():
            raise InvalidState("Kies een medewerker.")
        actions_people.hand_conversation(
            actor=actor(), conversation_id=conversation_id, account_id=form.account_id.data
        )  # fmt: skip
        flash(_("Het gesprek ligt nu bij een collega."), "success")
    except InvalidState as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("routing.supervise"), 303)


def review_mark(at: datetime) -> Mark | None:
    """On the index of the set-up: how many roles still wait this quarter, and whether that is too late."""
    today = at.astimezone(ZONE).date()
    quarter = rules.quarter_of(today)
    number = sum(queries.unreviewed(quarter, reviews.first_moment(quarter, str(ZONE))).values())
    if not number:
        return None
    due = rules.review_due(quarter)
    if today > due:
        late = ngettext("te laat: nog %(num)d rol", "te laat: nog %(num)d rollen", number)
        return Mark(late, "late")
    return Mark(
        ngettext("nog %(num)d rol, uiterlijk %(on)s", "nog %(num)d rollen, uiterlijk %(on)s", number, on=day(due)),
        "warn",
    )


add_setup_entry(
    "setup.reviews", _l("Rechten nakijken"), _l("Elk kwartaal: heeft iedereen zijn rollen nog nodig?"),
    Permission.PEOPLE_MANAGE, place=24, mark=review_mark,
)  # fmt: skip


@check("rights")
def overdue_reviews(at: datetime) -> Iterable[Finding]:
    """Whether every role was looked at in time this quarter."""
    today = at.astimezone(ZONE).date()
    quarter = rules.quarter_of(today)
    waiting = queries.unreviewed(quarter, reviews.first_moment(quarter, str(ZONE)))
    number = sum(waiting.values())
    if not number:
        yield Finding(_l("Rechten van mensen"), Level.GOOD, _("dit kwartaal nagekeken"))
        return
    late = today > rules.review_due(quarter)
    seen = ngettext("%(num)d rol nog niet nagekeken", "%(num)d rollen nog niet nagekeken", number)
    advice = _("Laat een beheerder ze nakijken bij Inrichting, Rechten nakijken.")
    yield Finding(_l("Rechten van mensen"), Level.WRONG if late else Level.ATTENTION, seen, advice)


def _hand_form(agents: dict[int, list[tuple[uuid.UUID, str]]], left: queries_people.LeftConversation) -> HandForm:
    form = HandForm(formdata=None)
    form.account_id.choices = agents.get(left.municipality_id, [])
    return form


def _review_page(
    municipality_id: int, form: PlainPeopleForm | None = None, status: int = 200
) -> ResponseReturnValue:  # fmt: skip
    town = municipalities.municipality(municipality_id)
    today = now().astimezone(ZONE).date()
    quarter = rules.quarter_of(today)
    rows = queries.to_review([town.id], quarter, reviews.first_moment(quarter, town.zone))
    alone = queries.administrators(town.id) <= {current_person().account_id}
    return render_template(
        "setup/review.html", town=town, rows=rows, quarter=quarter, due=rules.review_due(quarter), roles=ROLES,
        overdue=today > rules.review_due(quarter), history=queries.review_history(town.id), alone=alone,
        form=form or PlainPeopleForm(formdata=None), me=current_person().account_id, sent=request.form,
        open_rows=[row for row in rows if row[2] is None], done_rows=[row for row in rows if row[2] is not None],
    ), status  # fmt: skip
