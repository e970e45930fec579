"""Building a demonstration centre from its written content: towns, people, topics, routes, then its history."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyotp
import sqlalchemy as sa

from kcc.config import Settings
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.permissions import Actor
from kcc.core.platform import command_scope, platform_connection
from kcc.core.sealing import seal
from kcc.demo import articles, channels_life, history, history_calls, imports_life, mail_life, queue
from kcc.demo.content_files import load_centre
from kcc.demo.content_shapes import CentreContent, PersonContent, TownContent
from kcc.demo.laid import Laid
from kcc.municipalities import models as towns
from kcc.parties.rules import normalise_phone
from kcc.people import models as people
from kcc.people.rules import make_salt, proof_of, verifier_of

JOINED = date(2011, 1, 1)
WORDS = (
    "appel boom fiets gracht haven kade lamp molen noord oever polder rivier sluis toren veer wolk zand zomer".split()
)


def demo_password() -> str:
    """Four words and a number, made anew for each installation."""
    return "-".join(secrets.choice(WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"


def load_demo(centre_key: str, settings: Settings, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Load one centre into an empty installation; returns its accounts with their passwords, to be shown once."""
    content = load_centre(centre_key)
    password = demo_password()
    laid = Laid()
    say(f"Gemeenten en medewerkers van {content.name}")
    accounts = _make_platform_rows(content, settings, laid, password)
    with command_scope(settings.platform_url, centre_key, reason="demonstration centre") as centre_id:
        laid.centre_id = centre_id
        # Making weeks of work takes longer than any page may: the limits of a page do not hold here.
        db.session.execute(sa.text("set local idle_in_transaction_session_timeout = 0"))
        db.session.execute(sa.text("set local statement_timeout = 0"))
        for town in content.towns:
            _lay_town(town, laid)
        _lay_topics(content, laid)
        _lay_routes(content, laid)
        _lay_people(content, laid)
        db.session.flush()
        say(f"{len(content.articles)} kennisartikelen")
        articles.lay_articles(content, laid, Actor.command())
        say("Acht weken werk van inwoners, medewerkers en afdelingen")
        history_calls.lay_phones(content, laid)
        counts = history.lay_history(content, laid, settings.data_key)
        counts |= channels_life.lay_channels(settings.data_key)
        counts |= mail_life.lay_mail()
        queue.lay_queue(content, laid)
        imports_life.lay_imports()
        db.session.commit()
    say(", ".join(f"{number} {name}" for name, number in counts.items()))
    return accounts


def _make_platform_rows(content: CentreContent, settings: Settings, laid: Laid, password: str) -> list[dict[str, Any]]:
    shown = []
    with platform_connection(settings.platform_url, reason="demonstration centre") as platform:
        centre_id = platform.scalar(sa.text("select kcc_make_centre(:k, :n)"), {"k": content.key, "n": content.name})
        for town in content.towns:
            laid.towns[town.short_code] = platform.scalar(
                sa.text("select kcc_make_municipality(:c, :n, :s, :b, :g, :j)"),
                {
                    "c": centre_id,
                    "n": town.name,
                    "s": town.short_code,
                    "b": town.cbs_code,
                    "g": town.greeting,
                    "j": JOINED,
                },
            )
        for person in content.people:
            account, entry = _make_account(platform, person, password, settings)
            laid.accounts[person.email] = account
            shown.append(entry)
    return shown


def _make_account(
    platform: sa.Connection, person: PersonContent, password: str, settings: Settings
) -> tuple[uuid.UUID, dict[str, Any]]:
    account = platform.scalar(
        sa.text("select kcc_make_account(:i, :e, :n)"), {"i": new_id(), "e": person.email, "n": person.name}
    )
    salt = make_salt()
    needs_totp = any(role.role == "administrator" for role in person.roles)
    totp = pyotp.random_base32() if needs_totp else None
    platform.execute(
        sa.text("select kcc_set_credential(:a, :s, :v, :t)"),
        {
            "a": account,
            "s": salt,
            "v": verifier_of(proof_of(password, salt)),
            "t": seal(settings.data_key, totp, "totp") if totp else None,
        },
    )
    entry = {
        "role": "+".join(dict.fromkeys(role.role for role in person.roles)),
        "name": person.name,
        "email": person.email,
        "password": password,
        "totp_secret": totp,
        "municipalities": sorted({town for role in person.roles for town in role.towns}),
        "sign_in_url": "",
    }
    assert account is not None
    return account, entry


def _lay_town(town: TownContent, laid: Laid) -> None:
    town_id = laid.towns[town.short_code]
    db.session.execute(
        sa.update(towns.Municipality)
        .where(towns.Municipality.id == town_id)
        .values(
            rsin=town.rsin,
            inhabitants=town.inhabitants,
            accent=town.accent,
            variables=dict(town.variables),
            good_friday=town.holidays.good_friday,
            liberation_day=town.holidays.liberation_day,
            christmas_eve_closes_at=town.holidays.christmas_eve_closes,
            new_years_eve_closes_at=town.holidays.new_years_eve_closes,
        )
    )
    add = db.session.add
    for block in town.opening:
        add(towns.OpeningHours(municipality_id=town_id, weekday=block.weekday, opens=block.opens, closes=block.closes))
    for closing in town.closing_days:
        add(towns.ClosingDay(municipality_id=town_id, on_day=closing.day, label=closing.reason))
    for position, link in enumerate(town.links):
        add(towns.UsefulLink(municipality_id=town_id, label=link.name, url=link.url, position=position))
    _lay_agreements(town, town_id)
    _lay_entrances(town, town_id, laid)
    _lay_departments(town, town_id, laid)


def _lay_agreements(town: TownContent, town_id: int) -> None:
    days = town.agreement
    for channel, answer_days in {
        "phone": days.callback_days,
        "counter": days.callback_days,
        "other": days.callback_days,
        "email": days.email_days,
        "webform": days.form_days,
        "letter": days.letter_days,
    }.items():
        db.session.add(
            towns.ServiceAgreement(
                municipality_id=town_id,
                channel=channel,
                percent=days.phone_percent,
                within_seconds=days.phone_seconds,
                answer_amount=answer_days,
                answer_unit="working_days",
                valid_from=JOINED,
            )
        )


def _lay_entrances(town: TownContent, town_id: int, laid: Laid) -> None:
    kinds = {"phone": "phone", "email": "mailbox", "form": "form", "counter": "counter"}
    for entrance in town.entrances:
        address = entrance.address
        if entrance.channel == "phone":
            address = normalise_phone(address)[0] or address
        row = towns.Entrance(
            municipality_id=town_id, kind=kinds[entrance.channel], address=address, label=entrance.name
        )
        db.session.add(row)
        db.session.flush()
        laid.entrances.setdefault((town.short_code, row.kind), row.id)


def _lay_departments(town: TownContent, town_id: int, laid: Laid) -> None:
    for department in sorted(town.departments, key=lambda d: d.parent is not None):
        row = towns.Department(
            municipality_id=town_id,
            key=department.key,
            name=department.name,
            kind=department.kind,
            mailbox=department.mailbox,
            phone=normalise_phone(town.variables.get("telefoon") or "")[0],
            parent_id=laid.departments.get((town.short_code, department.parent or "")),
            # A group's questions go to the department that it is part of when nobody is left in the group.
            fallback_id=laid.departments.get((town.short_code, department.parent or "")),
        )
        db.session.add(row)
        db.session.flush()
        laid.departments[town.short_code, department.key] = row.id


def _lay_topics(content: CentreContent, laid: Laid) -> None:
    for upn in sorted(
        {topic.upn for topic in content.topics if topic.upn} | {a.upn for a in content.articles if a.upn}
    ):
        if db.session.get(towns.Product, upn) is None:
            uri = "http://standaarden.overheid.nl/owms/terms/" + upn.replace(" ", "_")
            db.session.add(towns.Product(upn=upn, uri=uri, for_municipality=True, for_citizen=True))
    db.session.flush()
    for topic in content.topics:
        row = towns.Topic(
            centre_id=laid.centre_id,
            key=topic.key,
            name=topic.name,
            group_name=topic.group,
            upn=topic.upn,
            synonyms=list(topic.synonyms),
            needs_bsn=topic.needs_bsn,
        )
        db.session.add(row)
        db.session.flush()
        laid.topics[topic.key] = row.id


def _lay_routes(content: CentreContent, laid: Laid) -> None:
    for town in content.towns:
        for topic in content.topics:
            department = content.routes[town.short_code, topic.key]
            db.session.add(
                towns.TopicRoute(
                    municipality_id=laid.towns[town.short_code],
                    topic_id=laid.topics[topic.key],
                    centre_id=laid.centre_id,
                    department_id=laid.departments[town.short_code, department],
                    term_amount=topic.term_days,
                    term_unit="working_days" if topic.term_days else None,
                    questions=list(topic.questions),
                )
            )
        db.session.flush()
        for entrance in town.entrances:
            if entrance.topic:
                db.session.execute(
                    sa.update(towns.Entrance)
                    .where(
                        towns.Entrance.municipality_id == laid.towns[town.short_code],
                        towns.Entrance.label == entrance.name,
                    )
                    .values(topic_id=laid.topics[entrance.topic])
                )
        if town.incident:
            db.session.add(
                towns.Incident(
                    municipality_id=laid.towns[town.short_code],
                    topic_id=laid.topics[town.incident.topic],
                    title=town.incident.title,
                    answer=town.incident.text,
                    started_at=now() - timedelta(hours=town.incident.started_hours_ago),
                )
            )


def _lay_people(content: CentreContent, laid: Laid) -> None:
    for number, person in enumerate(content.people):
        account = laid.accounts[person.email]
        for role in person.roles:
            for town in role.towns:
                db.session.add(
                    people.Membership(
                        municipality_id=laid.towns[town],
                        account_id=account,
                        role=role.role,
                        valid_from=now() - timedelta(days=400),
                    )
                )
            for town, department in role.departments:
                db.session.add(
                    people.DepartmentMember(
                        municipality_id=laid.towns[town],
                        department_id=laid.departments[town, department],
                        account_id=account,
                        weekdays=[0, 1, 2, 3, 4] if number % 3 else [0, 1, 3],
                        phone=f"0181 00 {number % 90 + 10} {number * 7 % 90 + 10}",
                        deputy_id=laid.accounts.get(person.deputy or ""),
                        absent_until=now().date() + timedelta(days=4) if number % 9 == 5 else None,
                    )
                )
