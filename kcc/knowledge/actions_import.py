"""Taking over question-answer pairs from a file, as shared articles."""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path

from kcc.core import audit
from kcc.core.cleaning import clean_text
from kcc.core.csv_files import CsvRow, Imported, Refused, read_csv_file
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.knowledge import actions, queries
from kcc.knowledge.actions import ArticleText
from kcc.knowledge.models import Article
from kcc.knowledge.queries import ZONE
from kcc.knowledge.rules import Status
from kcc.knowledge.rules_html import html_to_markdown

COLUMNS = (
    "id",
    "question",
    "reference_answer",
    "reference_answer_html",
    "canonical",
    "lastmodified",
    "subjects",
    "themes",
)
KIND = "vac"
LONGEST_TITLE = 200
LONGEST_BODY = 20_000


def import_question_answers(*, actor: Actor, centre_id: int, path: Path) -> Imported:
    """Take over question-answer pairs (VAC's) as published articles of all municipalities of a centre.

    Pairs are known by their id, so the same file again changes nothing. A pair that an editor changed here stays as
    it is and is counted as kept. Raises InvalidInput for a file that cannot be read, before anything is changed.
    """
    result = Imported()
    rows: dict[str, tuple[ArticleText, datetime]] = {}
    for row in read_csv_file(path, COLUMNS):
        read = _read(row)
        if isinstance(read, str):
            result.refused.append(Refused(row.line, read))
        elif _key(row) in rows:
            result.refused.append(Refused(row.line, "Dit id komt al eerder voor."))
        else:
            rows[_key(row)] = read
    stored = queries.articles_by_key(centre_id, list(rows))
    for key, (text, at) in rows.items():
        _take_over(result, actor, centre_id, key, text, at, stored.get(key))
    if result.added or result.changed:
        audit.record(
            actor=actor,
            verb="question_answers_imported",
            subject_type="centre",
            subject_id=centre_id,
            municipality_id=None,
        )
    db.session.flush()
    return result


def _take_over(
    result: Imported, actor: Actor, centre_id: int, key: str, text: ArticleText, at: datetime, article: Article | None
) -> None:
    if article is None:
        article = actions.write_article(
            actor=actor, centre_id=centre_id, municipality_id=None, text=text, key=key, kind=KIND
        )
        result.added += 1
    elif all(getattr(article, name) == getattr(text, name) for name in ("title", "body", "keywords", "source_url")):
        result.unchanged += 1
        return
    elif article.changed_by_id is not None:
        result.kept += 1
        return
    else:
        kept_topics = ArticleText(
            **{**text.__dict__, "topic_ids": queries.topic_ids_of(article.id), "variables": article.variables}
        )
        article = actions.change_article(actor=actor, article_id=article.id, version=article.version, text=kept_topics)
        result.changed += 1
    article.status = Status.PUBLISHED
    article.reviewed_on = at.astimezone(ZONE).date()
    db.session.flush()
    actions.keep_version(article, actor)


def _key(row: CsvRow) -> str:
    return f"{KIND}-{row['id'].strip().lower()}"


def _read(row: CsvRow) -> tuple[ArticleText, datetime] | str:
    """The article of a row and when it was last changed at its source, or why the row is refused."""
    try:
        uuid.UUID(row["id"].strip())
        at = datetime.fromisoformat(row["lastmodified"].strip().replace("Z", "+00:00"))
    except ValueError:
        return "Het id of de datum is onleesbaar."
    if at.tzinfo is None:
        return "De datum heeft geen tijdzone."
    title = clean_text(row["question"], multiline=False)
    source_url = row["canonical"].strip()
    if not source_url.startswith(("https://", "http://")) or len(source_url) > 1000:
        return "De bron is geen webadres."
    body = clean_text(html_to_markdown(row["reference_answer_html"], source_url), multiline=True)
    body = body or clean_text(row["reference_answer"], multiline=True)
    if not title or not body:
        return "De vraag of het antwoord ontbreekt."
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_BODY:
        return "De vraag of het antwoord is te lang."
    words = clean_text(", ".join(f"{row['subjects']}|{row['themes']}".split("|")), multiline=False).strip(", ")
    return ArticleText(title=title, body=body, keywords=words[:500], source_url=source_url), at
