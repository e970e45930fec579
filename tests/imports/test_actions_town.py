"""What one town has: departments through the history of its set-up, who works for them, and articles of its own."""

from __future__ import annotations

from kcc.core.permissions import Permission
from kcc.knowledge import queries as articles
from tests.imports.files import amount, begin, bring, counts, run_of, undo
from tests.support.world import World

DEPARTMENTS = (
    "Naam;Soort;E-mail;Telefoon;Valt onder\nBurgerzaken;afdeling;bz@aalburg.example;010 1234567;\nGroen & Spelen;team;;;Afval\n"
    "Wijk;;geen adres;;\nLos;;;;Nergens\n"
)
ARTICLES = (
    "id,question,reference_answer,reference_answer_html,canonical,lastmodified,subjects,onderwerp\n"
    'A1,Waar is het vogelhuisje?,plat,"<p>In het <b>park</b>.</p>",https://x.example/a,2024-10-03T11:06:30Z,vogels,Grofvuil laten ophalen\n'
    "A2,Leeg,,,,,,\nA3,Vreemd,tekst,,,,,Bestaat niet\n"
)


def refused(world: World) -> list[tuple[int, str, str]]:
    with world.admin() as admin:
        return admin.execute("select line, field, code from import_refusal order by line, field").fetchall()  # type: ignore[return-value]


def test_departments_come_in_through_the_history_and_go_again_unless_they_are_used(world: World) -> None:
    before = amount(world, "department")
    run_id = bring(world, "departments", DEPARTMENTS)
    begin(world, run_id, dry_run=True)
    assert (amount(world, "department"), amount(world, "setup_change")) == (before, 0)
    begin(world, run_id)
    assert counts(run_of(world, run_id)) == (1, 1, 0, 2)
    assert refused(world) == [(4, "mailbox", "no_email"), (5, "parent", "unknown_department")]
    with world.admin() as admin:
        row = admin.execute("select key, kind, parent_id from department where name = 'Groen & Spelen'").fetchone()
    assert (
        row == ("groen-spelen", "groep", world.departments["Aalburg", "afval"]) and amount(world, "setup_change") == 2
    )
    again = bring(world, "departments", DEPARTMENTS)
    begin(world, again)
    assert counts(run_of(world, again)) == (0, 0, 2, 2)
    undo(world, run_id)
    assert amount(world, "department") == before and run_of(world, run_id).removed == 1


def test_who_works_where_is_taken_over_for_people_with_an_account(world: World) -> None:
    text = (
        "E-mail;Afdeling;Telefoon;Werkdagen\nagent@kcc.example;Afval;0181;ma-wo vr\nhandler@kcc.example;burgerzaken;;di\n"
        "agent_zuid@kcc.example;Afval;;\nagent@kcc.example;Nergens;;\nagent@kcc.example;afval;;ooit\n"
    )
    run_id = bring(world, "colleagues", text)
    begin(world, run_id)
    assert counts(run_of(world, run_id)) == (1, 1, 0, 3)
    assert [row[1:] for row in refused(world)] == [
        ("email", "unknown_account"), ("department", "unknown_department"), ("weekdays", "no_weekdays"),
    ]  # fmt: skip
    with world.admin() as admin:
        days = admin.execute(
            "select weekdays from department_member where account_id = %s", (world.people["agent"],)
        ).fetchone()
    assert days == ([0, 1, 2, 4],)
    undo(world, run_id)
    assert run_of(world, run_id).removed == 1


def test_articles_of_a_town_are_found_there_and_withdrawn_again(world: World) -> None:
    run_id = bring(world, "articles", ARTICLES)
    begin(world, run_id)
    assert counts(run_of(world, run_id)) == (1, 0, 0, 2)
    assert refused(world) == [(3, "body", "missing"), (4, "topic", "unknown_topic")]
    assert found(world, "Aalburg") == ["Waar is het vogelhuisje?"] and found(world, "Bergen") == []
    again = bring(world, "articles", ARTICLES.replace("park", "bos"))
    begin(world, again)
    assert counts(run_of(world, again))[:3] == (0, 1, 0)
    undo(world, run_id)
    assert found(world, "Aalburg") == []
    third = bring(world, "articles", ARTICLES)
    begin(world, third)
    assert counts(run_of(world, third))[:3] == (0, 1, 0) and found(world, "Aalburg")


def found(world: World, town: str) -> list[str]:
    with world.scope("agent", Permission.DESK_USE):
        return [one.title for one in articles.find("vogelhuisje", world.towns[town])]
