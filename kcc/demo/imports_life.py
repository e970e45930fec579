"""A file of old questions that an administrator of the first town just brought, to be tried by the worker: nothing is taken over."""

from __future__ import annotations

from kcc.core.permissions import Actor
from kcc.imports import actions
from kcc.municipalities import queries as municipalities

OLD_QUESTIONS = (
    "Kenmerk;Onderwerp;Geopend;Gesloten;Kanaal;Vraag;Antwoord;Naam\n"
    "OUD-0001;{topic};04-03-2019 10:15;05-03-2019 11:00;telefoon;Wanneer is het klaar?;Binnen vijf werkdagen.;K. de Wit\n"
    "OUD-0002;{topic};11-03-2019 09:40;11-03-2019 09:44;balie;Wat moet ik meenemen?;Een legitimatiebewijs.;\n"
    "OUD-0003;Hondenbelasting 2004;12-03-2019;12-03-2019;brief;Waarom kreeg ik deze brief?;Dat was een vergissing.;L. Mulder\n"
    "OUD-0004;{topic};31-02-2019;;telefoon;Kan dat ook op zaterdag?;;\n"
)


def lay_imports() -> None:
    """Bring the file and begin its trial."""
    town = municipalities.visible_municipalities()[0]
    topic = municipalities.topics_of(town.id)[0].name
    run = actions.bring_file(
        actor=Actor.command(), municipality_id=town.id, kind="tickets", name="oude-vragen.csv", data=OLD_QUESTIONS.format(topic=topic).encode()
    )  # fmt: skip
    actions.begin(actor=Actor.command(), run_id=run.id, dry_run=True)
