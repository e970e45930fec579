"""Files of others, taken over by the commands of the product, are what an agent answers from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid, begin_call

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PAIRS = 175
QUESTION = "Bevat mijn paspoortnummer het cijfer ‘0’ of de letter ’O’?"


def command(centre: Centre, *words: str) -> str:
    """What a command of the product says, run as an administrator would."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT, env=centre.environ, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def imported(centre: Centre) -> Iterator[Centre]:
    """The pairs of the national government as shared articles; other journeys do not find them."""
    assert command(
        centre, "import", "vacs", str(DATA / "kb" / "rijksoverheid_vacs_bzk.csv"), "--centre", "voorne-putten"
    ).startswith(f"{PAIRS} nieuw")
    yield centre
    with psycopg.connect(centre.admin_url, autocommit=True) as admin:
        for table in ("article_version", "article_topic"):
            admin.execute(f"delete from {table} where article_id in (select id from article where kind = 'vac')")
        admin.execute(
            "update contact set article_id = null where article_id in (select id from article where kind = 'vac')"
        )
        admin.execute("delete from article where kind = 'vac'")


def test_an_imported_answer_is_found_and_used_in_a_call(imported: Centre, sign_in: Callable[..., Page]) -> None:
    agent = sign_in(imported.account("agent", "WES"))
    begin_call(agent, "Westvoorne")
    at_testid(agent, "question-topic").fill("Paspoort aanvragen of verlengen")
    at_testid(agent, "knowledge-search").fill("paspoortnummer letter O of cijfer 0")
    expect(at_testid(agent, "article")).to_contain_text(QUESTION)
    at_testid(agent, "use-answer").click()
    expect(at_testid(agent, "answer")).not_to_have_value("")
    at_testid(agent, "outcome-answered").check()
    at_testid(agent, "finish").click()
    agent.wait_for_url("**/desk/")
    used = imported.query(
        "select count(*) from contact c join article a on a.id = c.article_id where a.title = %s", QUESTION
    )
    assert used == [(1,)]


def test_the_same_files_again_change_nothing(imported: Centre) -> None:
    pairs = str(DATA / "kb" / "rijksoverheid_vacs_bzk.csv")
    assert command(imported, "import", "vacs", pairs, "--centre", "voorne-putten").startswith("0 nieuw, 0 gewijzigd")
    products = str(DATA / "upl" / "UPL-actueel.csv")
    command(imported, "import", "upl", products)
    assert command(imported, "import", "upl", products).startswith("0 nieuw, 0 gewijzigd")
