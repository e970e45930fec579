"""Writers of what one town has: departments, who works for them, and articles of its own.

Departments go through the history of the set-up, so each change shows there and can be put back alone.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from kcc.core.cleaning import clean_text
from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor
from kcc.imports import queries_stored, queries_tickets
from kcc.imports.actions_writing import WRITERS, Batch, Row, Writer
from kcc.imports.models import ImportRun
from kcc.knowledge import actions as knowledge
from kcc.knowledge import queries as articles
from kcc.knowledge.actions import ArticleText
from kcc.knowledge.models import Article
from kcc.knowledge.rules import Status
from kcc.knowledge.rules_html import html_to_markdown
from kcc.municipalities import queries as municipalities
from kcc.municipalities.actions_history import change
from kcc.municipalities.models import Department
from kcc.people.models import DepartmentMember

LONGEST_BODY = 20_000
EVERY_DAY = [0, 1, 2, 3, 4]


def _write_departments(batch: Batch) -> None:
    known = queries_stored.departments_by_word(batch.town_id)
    for row in batch.once(lambda row: row.values["key"] or row.values["name"].lower()):
        given = row.values
        key = given["key"] or _key_of(given["name"])
        found = known.get(key.lower()) or known.get(given["name"].lower())
        parent = known.get((given["parent"] or "").lower())
        if given["parent"] and (parent is None or parent is found):
            batch.refuse(row, "parent", "unknown_department")
            continue
        after = {"name": given["name"]}
        after |= {name: given[name] for name in ("kind", "mailbox", "phone") if given[name]}
        if parent is not None:
            after["parent_id"] = parent.id
        _put_department(batch, row, found, key, after)
        known = queries_stored.departments_by_word(batch.town_id) if found is None else known


def _put_department(batch: Batch, row: Row, found: Department | None, key: str, after: dict[str, object]) -> None:
    whole = after if found else {"key": key, "kind": "afdeling", "active": True, **after}
    try:
        with db.session.begin_nested():
            made = change(
                actor=Actor(batch.run.account_id, "job"), municipality_id=batch.town_id, subject_type="department",
                subject_id=str(found.id) if found else "", after=whole,
            )  # fmt: skip
    except InvalidInput as fault:
        batch.refuse(row, fault.field or "", "not_accepted")
        return
    if made is None:
        batch.unchanged += 1
    elif found is not None:
        batch.changed += 1
    else:
        batch.added += 1
        batch.made.append((key, made.subject_id))


def _key_of(name: str) -> str:
    """A key from a name: small letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "afdeling"


def _remove_departments(run: ImportRun, subjects: Sequence[str]) -> set[str]:
    """Gone when nothing refers to it; a department with routes, tasks or people stays."""
    db.session.execute(
        sa.delete(Department)
        .where(Department.municipality_id == run.municipality_id, Department.id.in_(map(int, subjects)))
        .execution_options(synchronize_session=False)
    )
    return set()


def _write_colleagues(batch: Batch) -> None:
    departments = queries_tickets.departments_by_name(batch.town_id)
    accounts = queries_stored.accounts_by_email(batch.town_id)
    for row in batch.once(lambda row: (row.values["email"].lower(), row.values["department"].lower())):
        given = row.values
        account, department = accounts.get(given["email"].lower()), departments.get(given["department"].lower())
        if account is None:
            batch.refuse(row, "email", "unknown_account")
        elif department is None:
            batch.refuse(row, "department", "unknown_department")
        else:
            _put_colleague(batch, account, department, given["phone"], given["weekdays"])
    db.session.flush()


def _put_colleague(
    batch: Batch, account: uuid.UUID, department: int, phone: str | None, days: list[int] | None
) -> None:
    found = queries_stored.place_in_department(batch.town_id, account, department)
    if found is None:
        made = DepartmentMember(
            municipality_id=batch.town_id,
            account_id=account,
            department_id=department,
            phone=phone,
            weekdays=days or EVERY_DAY,
        )
        db.session.add(made)
        db.session.flush()
        batch.added += 1
        batch.made.append((str(made.id), str(made.id)))
        batch.named.append(f"{account} {department}")
        return
    wanted = (phone or found.phone, days or list(found.weekdays))
    if wanted == (found.phone, list(found.weekdays)):
        batch.unchanged += 1
        return
    found.phone, found.weekdays = wanted
    batch.changed += 1


def _remove_colleagues(run: ImportRun, subjects: Sequence[str]) -> set[str]:
    db.session.execute(
        sa.delete(DepartmentMember)
        .where(
            DepartmentMember.municipality_id == run.municipality_id, DepartmentMember.id.in_(map(uuid.UUID, subjects))
        )
        .execution_options(synchronize_session=False)
    )
    return set()


def _write_articles(batch: Batch) -> None:
    town = municipalities.municipality(batch.town_id)
    topics = queries_tickets.topics_by_name(batch.town_id)
    rows = batch.once(_article_key)
    stored = articles.articles_by_key(town.centre_id, [_key(batch, row) for row in rows])
    for row in rows:
        given = row.values
        body = (
            clean_text(html_to_markdown(given["html"] or "", given["source_url"] or ""), multiline=True)
            or given["body"]
            or ""
        )
        topic = topics.get((given["topic"] or "").lower())
        if not body:
            batch.refuse(row, "body", "missing")
        elif len(body) > LONGEST_BODY:
            batch.refuse(row, "body", "too_long")
        elif given["topic"] and topic is None:
            batch.refuse(row, "topic", "unknown_topic")
        else:
            text = ArticleText(
                title=given["title"], body=body, keywords=given["keywords"] or "", source_url=given["source_url"],
                topic_ids=(topic[0],) if topic else (),
            )  # fmt: skip
            _put_article(batch, row, town.centre_id, stored.get(_key(batch, row)), text)


def _article_key(row: Row) -> str:
    return str(row.values["article_id"]).lower()


def _key(batch: Batch, row: Row) -> str:
    return f"imp-{batch.town_id}-{_article_key(row)}"


def _put_article(batch: Batch, row: Row, centre_id: int, found: Article | None, text: ArticleText) -> None:
    actor = Actor(None, "job")
    if found is None:
        article = knowledge.write_article(
            actor=actor, centre_id=centre_id, municipality_id=batch.town_id, text=text, key=_key(batch, row), kind="vac"
        )
        batch.added += 1
    elif found.changed_by_id is not None:
        batch.kept += 1
        return
    elif found.status == Status.PUBLISHED and _same(found, text):
        batch.unchanged += 1
        return
    else:
        kept = ArticleText(**{**text.__dict__, "topic_ids": text.topic_ids or articles.topic_ids_of(found.id)})
        article = knowledge.change_article(actor=actor, article_id=found.id, version=found.version, text=kept)
        batch.changed += 1
    article.status = Status.PUBLISHED
    reviewed = row.values["reviewed_on"]
    article.reviewed_on = reviewed.date() if reviewed else articles.today()
    db.session.flush()
    knowledge.keep_version(article, actor)
    if found is None or found.status != Status.PUBLISHED:
        batch.made.append((_article_key(row), str(article.id)))


def _same(found: Article, text: ArticleText) -> bool:
    return all(getattr(found, name) == getattr(text, name) for name in ("title", "body", "keywords", "source_url"))


def _remove_articles(_run: ImportRun, subjects: Sequence[str]) -> set[str]:
    """Versions of an article are kept for ever, so it is withdrawn from readers; one that an editor changed stays."""
    stays = set()
    for found in queries_stored.articles_with([uuid.UUID(subject) for subject in subjects]):
        if found.changed_by_id is not None:
            stays.add(str(found.id))
        elif found.status == Status.PUBLISHED:
            knowledge.withdraw(actor=Actor(None, "job"), article_id=found.id, version=found.version)
    return stays


WRITERS["departments"] = Writer(_write_departments, _remove_departments)
WRITERS["colleagues"] = Writer(_write_colleagues, _remove_colleagues)
WRITERS["articles"] = Writer(_write_articles, _remove_articles)
