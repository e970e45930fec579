"""The machine's own work: what failed for good and what is still waiting, for those who watch over it."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core import jobs
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.people import actions
from kcc.people.forms import ActForm
from kcc.web.guards import requires
from kcc.web.navigation import add_account_entry
from kcc.web.person import actor

jobs_bp = Blueprint("jobs", __name__, url_prefix="/jobs")
add_account_entry("jobs.overview", _l("Systeemtaken"), Permission.JOB_SEE, place=70)


@jobs_bp.get("/")
@requires(Permission.JOB_SEE)
def overview() -> ResponseReturnValue:
    """Dead jobs first, each with a button to try again; then those that wait."""
    return render_template(
        "people/jobs.html",
        dead=[(job, ActForm(formdata=None)) for job in jobs.waiting_jobs("dead")],
        waiting=jobs.waiting_jobs("waiting"),
        towns={town.id: town for town in municipalities.visible_municipalities(gone=True)},
    )


@jobs_bp.post("/<uuid:job_id>/retry")
@requires(Permission.JOB_SEE)
def retry(job_id: uuid.UUID) -> ResponseReturnValue:
    """Set a dead job going again."""
    actions.retry_job(actor=actor(), job_id=job_id)
    flash(_("De taak wordt opnieuw geprobeerd."), "success")
    return redirect(url_for("jobs.overview"), 303)
