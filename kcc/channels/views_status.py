"""How a question stands, for whoever has its reference and code: what may be read of it, a reply, a rating."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import public_door as door
from kcc.channels import rules_files as files
from kcc.channels import rules_forms as rules
from kcc.channels import views_strangers as strangers
from kcc.channels.forms_public import RatingForm, ReplyForm, StatusForm
from kcc.channels.views_blueprint import bp
from kcc.channels.views_files import hand_out
from kcc.core.clock import now
from kcc.core.errors import InvalidState
from kcc.integrations import file_store
from kcc.web.guards import public

STATUS_SAID = {
    None: (_l("Ontvangen"), _l("Uw vraag is binnen. Een medewerker gaat ermee aan de slag.")),
    "open": (_l("In behandeling"), _l("Een medewerker van het klantcontactcentrum behandelt uw vraag.")),
    "with_back_office": (_l("Bij de afdeling"), _l("De afdeling die erover gaat, zoekt het antwoord.")),
    "waiting_for_citizen": (_l("Wij wachten op u"), _l("Wij hebben iets van u nodig. Reageer hieronder.")),
    "answered": (_l("Beantwoord"), _l("Lees het antwoord hieronder. Nog iets? Reageer dan hier.")),
    "closed": (_l("Afgerond"), _l("Uw vraag is afgerond. Nog iets? Reageer dan hier, dan pakken wij hem weer op.")),
}
DISCARDED = (
    _l("Niet in behandeling"),
    _l("Wij zagen in dit bericht geen vraag. Hebt u wel een vraag? Stel hem dan opnieuw, of bel ons."),
)
OUTCOMES = {
    "differs": _l("Dit was al verstuurd, met een andere tekst. Laad de pagina opnieuw en probeer het nog eens."),
    "busy": _l("U stuurde veel reacties achter elkaar. Probeer het over een uur nog eens."),
    "closed": _l("Dit kan nu niet (meer)."),
}


def cookie_name() -> str:
    """The cookie of the status page's door; over TLS it is bound to this host."""
    return "__Host-kcc-status" if current_app.config["SETTINGS"].is_https else "kcc_status"


@bp.route("/status", methods=["GET", "POST"])
@public("citizens open their own question here, with its reference and code")
def status_door() -> ResponseReturnValue:
    """Reference and code, typed or from the part of a link that no server sees; the same answer for whatever is wrong."""
    strangers.speak(request.args.get("taal"))
    form = StatusForm()
    if request.method == "GET":
        return render_template("channels/status_door.html", form=form)
    if not form.validate_on_submit():
        return render_template("channels/status_door.html", form=form), 422
    secret = secrets.token_urlsafe(32)
    opened, wait = door.open_status(
        reference=(form.reference.data or "").strip().upper().replace(" ", ""),
        code_hash=rules.code_hash(strangers.data_key(), form.code.data or ""),
        address_hash=strangers.visitor_hash(),
        secret=secret,
    )
    if wait:
        form.form_errors.append(_("Dit is te vaak geprobeerd. Wacht vijf minuten en probeer het dan nog eens."))
        return render_template("channels/status_door.html", form=form), 429
    if not opened:
        form.form_errors.append(_("Deze combinatie van kenmerk en code kennen wij niet. Kijk ze nog eens na."))
        return render_template("channels/status_door.html", form=form), 422
    response = redirect(url_for("channels.status", taal=request.args.get("taal")), 303)
    secure = current_app.config["SETTINGS"].is_https
    response.set_cookie(cookie_name(), secret, httponly=True, secure=secure, samesite="Strict", path="/", max_age=1800)
    return response


@bp.get("/status/vraag")
@public("shows only what the code proves: the database decides")
def status() -> ResponseReturnValue:
    """How the question of this door stands."""
    shown = door.public_status(_secret())
    if shown is None:
        return redirect(url_for("channels.status_door"), 303)
    return _page(shown, ReplyForm(formdata=None), RatingForm(formdata=None))


@bp.post("/status/reactie")
@public("a reply by who proved to have the code")
def status_reply() -> ResponseReturnValue:
    """Add to the question of this door."""
    form = ReplyForm()
    shown = _shown()
    if not form.validate_on_submit():
        return _page(shown, form, RatingForm(formdata=None)), 422
    return _receive(shown, "reply", form, {"question": form.text.data}, _("Uw reactie is binnen."))


@bp.post("/status/beoordeling")
@public("a rating by who proved to have the code")
def status_rating() -> ResponseReturnValue:
    """Rate how the question of this door was dealt with; within a day that can be changed."""
    form = RatingForm()
    shown = _shown()
    if not form.validate_on_submit():
        return _page(shown, ReplyForm(formdata=None), form), 422
    body = {"score": int(form.score.data), "question": form.words.data or ""}
    return _receive(shown, "rating", form, body, _("Dank u wel voor uw oordeel."))


@bp.get("/status/bestand/<uuid:file_id>")
@public("a file that the code gives a right to: the database decides")
def status_file(file_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out a file of the question of this door."""
    kept = door.status_file(_secret(), file_id)
    if not files.may_open(kept.scan_state, scanner_set=file_store.scanner_address() is not None):
        raise InvalidState("Dit bestand kan niet worden geopend: het is niet (of nog niet) veilig bevonden.")
    return hand_out(kept.municipality_id, kept.id, kept.name, kept.media_type)


@bp.post("/status/sluiten")
@public("whoever looked at their question leaves")
def status_close() -> ResponseReturnValue:
    """Shut the door, for who looks on somebody else's machine."""
    door.close_status(_secret())
    response = redirect(url_for("channels.status_door"), 303)
    response.delete_cookie(cookie_name())
    return response


def _secret() -> str:
    return request.cookies.get(cookie_name(), "")


def _shown() -> dict[str, Any]:
    shown = door.public_status(_secret())
    if shown is None:
        abort(redirect(url_for("channels.status_door"), 303))
    return shown


def _receive(
    shown: dict[str, Any], kind: str, form: ReplyForm | RatingForm, body: dict[str, Any], thanks: str
) -> ResponseReturnValue:
    try:
        key = uuid.UUID(form.form_key.data or "")
    except ValueError:
        abort(400)
    outcome = door.receive_answer(
        _secret(), key=key, digest=rules.digest_of(body), kind=kind, body=body, address_hash=strangers.visitor_hash()
    )
    if outcome in ("new", "same"):
        flash(thanks, "success")
        return redirect(url_for("channels.status"), 303)
    form.form_errors.append(str(OUTCOMES.get(outcome, OUTCOMES["closed"])))
    fresh_reply, fresh_rating = ReplyForm(formdata=None), RatingForm(formdata=None)
    reply, rating = (form, fresh_rating) if kind == "reply" else (fresh_reply, form)
    return _page(shown, reply, rating), 409  # type: ignore[arg-type]


def _page(shown: dict[str, Any], reply: ReplyForm, rating: RatingForm) -> str:
    moments = ("received_at", "due_at", "answered_at", "closed_at", "rated_first_at")
    at = {name: datetime.fromisoformat(shown[name]) if shown[name] else None for name in moments}
    given = shown["rating"]
    if given and not rating.is_submitted():
        rating.score.data, rating.words.data = str(given["score"]), given["words"]
    scanner_set = file_store.scanner_address() is not None
    return render_template(
        "channels/status.html",
        shown=shown,
        at=at,
        said=DISCARDED if shown["state"] == "discarded" else STATUS_SAID.get(shown["status"], STATUS_SAID[None]),
        messages=[{**message, "at": datetime.fromisoformat(message["at"])} for message in shown["messages"]],
        replies=[{**message, "at": datetime.fromisoformat(message["at"])} for message in shown["replies"]],
        files=[
            {**file, "open": rules_open(file["state"], scanner_set), "words": files.size_words(file["size"])}
            for file in shown["files"]
        ],
        may_rate=rules.may_rate(shown["status"], at["rated_first_at"], now()),
        may_reply=shown["state"] in ("ticketed", "duplicate"),
        reply=reply,
        rating=rating,
        logo=door.logo_of_status(_secret()),
    )


def rules_open(state: str, scanner_set: bool) -> bool:
    """Whether a file of the question may be handed out now."""
    return files.may_open(state, scanner_set=scanner_set)
