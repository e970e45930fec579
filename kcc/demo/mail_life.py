"""Life by mail: questions that just came in, a newsletter, an absence message, one for nobody, and how each town writes.

The mails are kept as the front door keeps them; the worker reads them once it runs, like any other.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime

from kcc.channels.models_mail import Mailbox, StandardText
from kcc.channels.receiving import RECEIVE
from kcc.core.clock import now
from kcc.core.db import db
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Entrance

LETTERS = (
    ("M. Visser", "m.visser", "Grofvuil ophalen", "Goedemiddag,\n\nWij hebben een bank en twee matrassen staan. Kan het grofvuil bij ons worden opgehaald, en wat kost dat?\n\nMet vriendelijke groet,\nM. Visser\nDorpsstraat 12"),
    ("Karel Smit", "karel.smit", "Paspoort verlengen voor vakantie", "Hallo,\n\nIk ga over drie weken op vakantie en zie nu dat mijn paspoort verloopt. Lukt een spoedaanvraag nog, en moet ik daarvoor langskomen?\n\nGroeten, Karel Smit"),
    ("F. Yilmaz", "f.yilmaz", "Geluidsoverlast bouwplaats", "Beste gemeente,\n\nOp de bouwplaats naast ons wordt vanaf zes uur 's ochtends geheid. Mag dat zo vroeg?\n\nF. Yilmaz"),
    ("Anja de Boer", "anja.deboer", "Verhuizing doorgeven", "Wij verhuizen op 15 december binnen de gemeente. Hoe geven wij dat door voor ons gezin van vier?\n\nAnja de Boer"),
)  # fmt: skip
NEWSLETTER = (
    "Vakblad Gemeente",
    "nieuws",
    "Nieuwsbrief: zeven tips voor de balie",
    "Lees deze week over zeven tips voor de balie.",
)
ABSENT = (
    "P. Jansen",
    "p.jansen",
    "Automatisch antwoord: uw bericht",
    "Ik ben afwezig tot maandag. Uw mail wordt niet doorgestuurd.",
)
STRAY = ("Hans Bos", "hans.bos", "Vraag aan de griffie", "Kunt u mij de agenda van de raadsvergadering sturen?")
SIGNATURE = "Met vriendelijke groet,\n\n{medewerker}\nKlantcontactcentrum gemeente {gemeente}"
TEXTS = (
    ("Afspraak maken", "U kunt hiervoor een afspraak maken op onze website of door ons te bellen. Neem een geldig legitimatiebewijs mee."),
    ("Meer gegevens nodig", "Om u te kunnen helpen hebben we nog iets van u nodig:\n\n- \n\nU kunt deze mail beantwoorden. Laat het kenmerk {kenmerk} in het onderwerp staan."),
    ("Doorgestuurd naar de afdeling", "Uw vraag ligt nu bij de afdeling die erover gaat. Een collega neemt contact met u op."),
)  # fmt: skip


def lay_mail() -> dict[str, int]:
    """Put this life into the scope's towns; returns how much, in words for the screen."""
    boxes = municipalities.entrances(["mailbox"])
    first = {box.municipality_id: box for box in reversed(boxes)}
    for number, box in enumerate(first.values()):
        _lay_texts(box)
        for letter in (LETTERS[number % len(LETTERS)], LETTERS[(number + 1) % len(LETTERS)]):
            _bring(box.address, box.address, *letter)
    some = next(iter(first.values()))
    _bring(some.address, some.address, *NEWSLETTER, **{"List-Id": "<nieuws.vakblad.example>", "Precedence": "bulk"})
    _bring(some.address, some.address, *ABSENT, **{"Auto-Submitted": "auto-replied"})
    nobody = "griffie@" + some.address.rpartition("@")[2]
    _bring(nobody, nobody, *STRAY)
    return {"mails": 2 * len(first) + 3}


def _lay_texts(box: Entrance) -> None:
    db.session.add(
        Mailbox(municipality_id=box.municipality_id, entrance_id=box.id, signature=SIGNATURE, receipt_on=True)
    )
    for title, body in TEXTS:
        db.session.add(StandardText(municipality_id=box.municipality_id, title=title, body=body))
    db.session.flush()


def _bring(address: str, to: str, name: str, user: str, subject: str, text: str, **headers: str) -> None:
    """A mail as a mail server would bring it, kept in this transaction."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{name} <{user}@voorbeeld.example>", to, subject
    mail["Date"], mail["Message-ID"] = format_datetime(now()), f"<{user}.{to.replace('@', '.')}@voorbeeld.example>"
    for header, value in headers.items():
        mail[header] = value
    mail.set_content(text)
    values = {"address": address, "raw": mail.as_bytes(), "source": "lmtp", "envelope": f"{user}@voorbeeld.example"}
    db.session.execute(RECEIVE, {**values, "validity": None, "uid": None})
