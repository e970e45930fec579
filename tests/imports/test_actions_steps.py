"""Good files of every kind, spoiled on the way: cut, doubled, other bytes, huge cells, another encoding. Refused or reported, never lost."""

from __future__ import annotations

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.imports import actions
from kcc.imports.rules_kinds import KINDS
from tests.imports import files
from tests.imports.test_actions_tickets import CONTACTS, TICKETS
from tests.imports.test_actions_town import ARTICLES, DEPARTMENTS
from tests.support.world import World

GOOD: dict[str, str] = {
    "upl": files.PRODUCTS,
    "product_areas": "UniformeProductnaam,URI,SDG_Code,SDG_Informatiegebied,SDG_Thema\npaspoort,u,G1,Burgerrechten,thema\n",
    "municipality_history": files.HISTORY,
    "municipalities": files.PRESENT,
    "rsin": "gemeenteCode,rsin\n0501,001220469\n1930,123456789\n",
    "postcodes": files.POSTCODES,
    "departments": DEPARTMENTS,
    "colleagues": "E-mail;Afdeling;Telefoon;Werkdagen\nagent@kcc.example;Afval;0181;ma-wo vr\n",
    "articles": ARTICLES,
    "tickets": TICKETS,
    "contacts": CONTACTS,
}
JUNK = (
    b"\x00",
    b"\xff",
    b'"',
    b";",
    b",",
    b"\n",
    b"\r",
    b"\xe2\x80\xae",
    b"=cmd()",
    b"x" * 250_000,
    "’".encode("cp1252"),
    b"\xed\xa0\x80",
)


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, bytes]:
    """A kind, and a good file of it to which up to four things happened."""
    kind = draw(st.sampled_from(sorted(GOOD)))
    data = GOOD[kind].encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"])))
    for _time in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["cut", "insert", "double", "drop"])):
            case "cut":
                data = data[:at]
            case "insert":
                data = data[:at] + draw(st.sampled_from(JUNK)) + data[at:]
            case "double":
                data += data[at : at + 200]
            case _:
                data = data[:at] + data[at + draw(st.integers(1, 20)) :]
    return kind, data


def test_every_kind_is_spoiled() -> None:
    assert set(GOOD) == set(KINDS)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoiled(), st.booleans())
def test_a_spoiled_file_is_refused_or_every_row_is_accounted_for(
    world: World, case: tuple[str, bytes], dry_run: bool
) -> None:
    kind, data = case
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        try:
            run = actions.bring_file(
                actor=actor, municipality_id=world.towns["Aalburg"], kind=kind, name="x.csv", data=data
            )
        except InvalidInput as fault:
            assert fault.field == "file"
            return
        state, run_id = run.state, run.id
        db.session.commit()
    if state == "new":  # a name of a column was spoiled: a person chooses
        return
    files.begin(world, run_id, dry_run=dry_run)
    done = files.run_of(world, run_id)
    told = done.added + done.changed + done.unchanged + done.joined + done.kept + done.refused
    assert (done.state, done.rows_read, told) == ("done", done.rows_total, done.rows_total)
    assert isinstance(done.ended_at, datetime)
