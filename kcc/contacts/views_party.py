"""What one citizen asked and was told, as a part of that citizen's page; opening it leaves evidence."""

from __future__ import annotations

import uuid

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from kcc.contacts import queries, queries_lists
from kcc.contacts.views_ticket import bp, place_from
from kcc.contacts.views_words import CHANNEL_WORDS, OUTCOME_WORDS, STATUS_KINDS, STATUS_WORDS
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.parties import evidence
from kcc.parties import queries as parties
from kcc.web import panels
from kcc.web.guards import requires
from kcc.web.paging import page_of
from kcc.web.person import actor

PAGE = 20

panels.register("party", "contacts.of_party", _l("Vragen en contacten"), Permission.DESK_USE)


@bp.get("/of-party/<int:municipality_id>/<uuid:party_id>")
@requires(Permission.DESK_USE)
def of_party(municipality_id: int, party_id: uuid.UUID) -> ResponseReturnValue:
    """Every question of one citizen at one municipality, newest first, with its contacts; as a page to who has no script."""
    party = parties.card(municipality_id, party_id)
    after = place_from(request.args.get("after"))
    rows = queries_lists.tickets_of_party(municipality_id, party_id, after=after, most=PAGE + 1)
    evidence.record_look(
        actor=actor(), municipality_id=municipality_id, what="party_open", reason="history", party_id=party_id,
        found=len(rows),
    )  # fmt: skip
    page = page_of(rows, PAGE, lambda row: (row.opened_at, row.id))
    return render_template(
        "contacts/_of_party.html" if request.headers.get("HX-Request") else "contacts/of_party.html",
        party=party,
        town=municipalities.municipality(municipality_id),
        page=page,
        contacts=queries.contacts_of_tickets(municipality_id, [row.id for row in page.rows]),
        topics=queries_lists.topics(),
        status_words=STATUS_WORDS,
        status_kinds=STATUS_KINDS,
        channel_words=CHANNEL_WORDS,
        outcome_words=OUTCOME_WORDS,
    )
