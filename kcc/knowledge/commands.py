"""``flask --app wsgi import vacs FILE --centre KEY``: question-answer pairs as shared articles."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from kcc.core.db import db
from kcc.core.errors import KCCError
from kcc.core.permissions import Actor
from kcc.core.platform import command_scope
from kcc.knowledge import actions_import
from kcc.municipalities.commands import imports, refusal, tell


@imports.cli.command("vacs")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--centre", "centre_key", required=True, help="The key of the centre whose municipalities share them.")
def import_vacs(file: Path, centre_key: str) -> None:
    """Take over question-answer pairs as shared articles. May be repeated."""
    platform_url = current_app.config["SETTINGS"].platform_url
    try:
        with command_scope(platform_url, centre_key, reason="import of question-answer pairs") as centre_id:
            result = actions_import.import_question_answers(actor=Actor.command(), centre_id=centre_id, path=file)
            db.session.commit()
    except KCCError as fault:
        raise refusal(fault) from fault
    tell(result)
