"""The web form of a municipality: for anybody, without account, cookie or script, also in a frame of the town's own site."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import public_door as door
from kcc.channels import rules_files as files
from kcc.channels import rules_forms as rules
from kcc.channels import views_strangers as strangers
from kcc.channels.forms_public import QuestionForm
from kcc.channels.public_door import Entrance
from kcc.channels.views_blueprint import bp
from kcc.core.errors import InvalidInput
from kcc.web.guards import own_token, public, takes_files
from kcc.web.security import allow_frames, keep

TOO_MUCH = {
    "too_much": _l("Deze bestanden zijn samen te groot: hoogstens 25 MB."),
    "busy": _l("Er kwamen te veel bestanden tegelijk. Probeer het over een uur nog eens."),
}


@bp.get("/formulier/<key>")
@public("citizens ask their question here; it shows what a town says of itself")
def web_form(key: str) -> ResponseReturnValue:
    """The empty form, in the language that was asked for."""
    entrance = door.parse_key(key)
    language = strangers.speak(request.args.get("taal"))
    town = door.public_form(entrance)
    form = QuestionForm(formdata=None)
    form.taal.data = language
    form.csrf_token.data = strangers.sign_token(entrance.key, uuid.uuid4())
    return _page(entrance, town, form, [])


@bp.get("/logo/<mark>.png")
@public("a town shows its logo to everybody; only one that it wears now, by what is in it")
def public_logo(mark: str) -> ResponseReturnValue:
    """The picture at the head of a town's pages for strangers; what stands at this address never changes."""
    picture = door.public_logo(mark)
    keep(by="public")
    return Response(picture, mimetype="image/png", headers={"Content-Disposition": "inline"})


@bp.post("/formulier/<key>")
@public("citizens send their question here; the database writes it down as it is")
@takes_files(files.LARGEST_TOGETHER + 2_000_000)
@own_token("shown in frames of other sites, where no cookie comes along; it acts for nobody who is signed in")
def send_web_form(key: str) -> ResponseReturnValue:
    """Take a question in, once; or show the form again with everything that was typed and sent."""
    entrance = door.parse_key(key)
    form = QuestionForm()
    strangers.speak(form.taal.data)
    town = door.public_form(entrance)
    token = strangers.read_token(form.csrf_token.data or "", entrance.key)
    if token is None or not strangers.from_own_page():
        form.form_errors.append(_("Dit formulier stond te lang open. Kijk het na en verstuur het nog eens."))
        token = None
    of_form = token.key if token else uuid.uuid4()
    kept = _keep_files(entrance, form, of_form)
    if not form.validate() or token is None or not kept:
        return _again(entrance, town, form, of_form)
    body = _body(form, town)
    digest = rules.digest_of({name: value for name, value in body.items() if name != "without"})
    code = rules.status_code(strangers.data_key(), of_form, digest)
    receipt = door.receive_form(
        entrance,
        key=of_form,
        digest=digest,
        body=body,
        doubts=rules.doubts_of(trap=form.website.data or "", seconds=token.seconds, text=form.question.data or ""),
        address_hash=strangers.visitor_hash(),
        code_hash=rules.code_hash(strangers.data_key(), code),
    )
    if receipt.outcome == "busy":
        form.form_errors.append(_("Er komen nu te veel formulieren van uw netwerk. Probeer het over tien minuten."))
        return _again(entrance, town, form, of_form, 429)
    if receipt.outcome == "differs":
        form.form_errors.append(
            _("U verstuurde dit formulier al, met een andere tekst. Verstuur het nog eens als dit een nieuwe vraag is.")
        )
        return _again(entrance, town, form, uuid.uuid4(), 409)
    _frames(town)
    return render_template(
        "channels/form_received.html", town=town, words=_words(town), reference=receipt.reference, code=code,
        email=body["email"], entrance=entrance, logo=door.logo_of(entrance.id),
    )  # fmt: skip


def _keep_files(entrance: Entrance, form: QuestionForm, key: uuid.UUID) -> bool:
    """Keep what was sent along before anything else is judged: a browser does not choose the same files twice."""
    faults: list[str] = []
    for file in form.files.data or []:
        if not file or not getattr(file, "filename", ""):
            continue
        data = file.read()
        try:
            files.check_file(data)
        except InvalidInput as fault:
            faults.append(f"{file.filename[:80]}: {_(fault.message)}")
            continue
        name = files.file_name(file.filename, files.media_type_of(data))
        outcome = door.keep_file(entrance, key=key, name=name, data=data, address_hash=strangers.visitor_hash())
        if outcome in TOO_MUCH:
            faults.append(str(TOO_MUCH[outcome]))
    form.files.data = []
    form.file_faults = faults
    return not faults


def _body(form: QuestionForm, town: dict[str, Any]) -> dict[str, Any]:
    typed = (form.topic.data or "").strip()
    by_name = {str(topic["name"]).casefold(): topic["id"] for topic in town["topics"]}
    return {
        "question": form.question.data,
        "topic": typed,
        "topic_id": by_name.get(typed.casefold()) or (town["topic_id"] if not typed else None),
        "answer_by": form.answer_by.data,
        "name": form.name.data or "",
        "email": form.email.data or "",
        "phone": form.phone.data or "",
        "language": form.taal.data if form.taal.data in rules.LANGUAGES else "nl",
        "without": request.form.getlist("without")[: files.MOST_FILES],
    }


def _again(
    entrance: Entrance, town: dict[str, Any], form: QuestionForm, key: uuid.UUID, status: int = 422
) -> tuple[str, int]:
    form.csrf_token.data = strangers.sign_token(entrance.key, key)
    if form.file_faults:
        form.files.errors = [*form.files.errors, *form.file_faults]
    return _page(entrance, town, form, door.files_so_far(entrance, key)), status


def _page(entrance: Entrance, town: dict[str, Any], form: QuestionForm, kept: list[Any]) -> str:
    _frames(town)
    return render_template(
        "channels/form.html", town=town, words=_words(town), form=form, entrance=entrance, kept=kept,
        without=request.form.getlist("without"), size_words=files.size_words, logo=door.logo_of(entrance.id),
    )  # fmt: skip


def _words(town: dict[str, Any]) -> dict[str, str]:
    language = strangers.speak(None)
    return dict(town["words"].get(language) or town["words"].get("nl") or {})


def _frames(town: dict[str, Any]) -> None:
    allow_frames([str(site) for site in town["frame_ancestors"]])
