"""The web form: for anybody, kept whole, sent once, and nothing of what was typed is lost on the way."""

from __future__ import annotations

import io
import threading

import pytest

from kcc.channels.rules_forms import address_hash
from tests.channels.citizens import age, look, open_form, receipt, send, work
from tests.channels.files import EXE, PDF, PNG
from tests.factories.pictures import png, wear_logo
from tests.support.world import World


def forms(world: World) -> list[dict]:  # type: ignore[type-arg]
    with world.admin() as admin:
        cursor = admin.execute("select * from received_form order by received_at, id")
        assert cursor.description is not None
        names = [c.name for c in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def tickets(world: World) -> list[tuple]:  # type: ignore[type-arg]
    with world.admin() as admin:
        return admin.execute("select reference, channel, municipality_id, topic_id from ticket").fetchall()


def test_the_page_is_the_town_s_own(world: World) -> None:
    page = world.page(None).get(f"/formulier/{open_form(world)}")
    assert "Gemeente Aalburg" in page.text
    assert page.soup.body is not None and "town-accent-1" in page.soup.body["class"]
    assert "Grofvuil laten ophalen" in page.text
    assert "frame-ancestors 'none'" in page.response.headers["Content-Security-Policy"]  # type: ignore[union-attr]


def test_the_town_s_logo_stands_on_its_pages_for_strangers(world: World) -> None:
    form = open_form(world)
    page = world.page(None).get(f"/formulier/{form}")
    assert page.soup.select_one(".town-picture") is None and page.soup.select_one(".town-logo") is not None
    picture = png(60, 20)
    mark = wear_logo(world, picture)
    sent = send(world, form)
    for shown in (page.get(f"/formulier/{form}"), sent, look(world, *receipt(sent))):
        image = shown.soup.select_one("img.town-picture")
        assert image is not None and image["alt"] == "Logo van gemeente Aalburg" and image["src"] == f"/logo/{mark}.png"
    answer = world.page(None).client.get(f"/logo/{mark}.png")
    assert answer.data == picture and answer.mimetype == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_only_a_logo_that_a_town_wears_is_given(world: World) -> None:
    first = wear_logo(world, png(60, 20))
    other = wear_logo(world, png(61, 20))
    for mark, status in (
        (first, 404),
        (other, 200),
        ("0" * 64, 404),
        ("x", 404),
        (other.upper(), 404),
        ("%00" * 64, 404),
    ):
        assert world.page(None).client.get(f"/logo/{mark}.png").status_code == status, mark


def test_it_speaks_english_when_asked(world: World) -> None:
    page = world.page(None).get(f"/formulier/{open_form(world)}?taal=en")
    assert page.soup.html is not None and page.soup.html["lang"] == "en"
    sent = send(world, open_form(world), page=page)
    assert sent.soup.html is not None and sent.soup.html["lang"] == "en"
    assert forms(world)[0]["body"]["language"] == "en"


@pytest.mark.parametrize("key", ["999999-contact", "contact", "-1-contact", "1", "x" * 300, "99999999999999-contact"])
def test_an_unknown_entrance_is_not_there(world: World, key: str) -> None:
    world.page(None).get(f"/formulier/{key}", status=404)


def test_an_entrance_that_was_closed_is_not_there(world: World) -> None:
    form = open_form(world, address="dicht", active=False)
    world.page(None).get(f"/formulier/{form}", status=404)
    entrance = world.entrances["Aalburg"]
    world.page(None).get(f"/formulier/{entrance}-+31181000001", status=404)


def test_a_question_gets_reference_and_code_and_becomes_a_ticket_under_that_reference(world: World) -> None:
    page = send(world, open_form(world), topic="grofvuil laten ophalen")
    reference, code = receipt(page)
    assert reference.startswith("AAL-") and len(code) == 11
    assert work(world) == ["channels.form"]
    topic = world.topics["noord", "grofvuil"]
    assert tickets(world) == [(reference, "webform", world.towns["Aalburg"], topic)]
    (form,) = forms(world)
    assert form["state"] == "ticketed" and form["body"]["question"] == "Wanneer wordt mijn container geleegd?"
    assert code.replace("-", "") not in str(form)


def test_it_waits_for_an_agent(world: World) -> None:
    send(world, open_form(world))
    work(world)
    with world.admin() as admin:
        rows = admin.execute("select kind, channel, state from work_item").fetchall()
    assert rows == [("web_form", "webform", "waiting")]


def test_the_entrance_may_say_what_it_is_about(world: World) -> None:
    topic = world.topics["noord", "grofvuil"]
    send(world, open_form(world, address="grofvuil", topic_id=topic))
    work(world)
    assert [row[3] for row in tickets(world)] == [topic]


def test_sent_twice_it_counts_once_with_the_same_reference_and_code(world: World) -> None:
    first = send(world, open_form(world))
    again = world.page(None).post(*first.sent)
    assert receipt(again) == receipt(first)
    work(world)
    assert len(forms(world)) == len(tickets(world)) == 1


def test_the_same_page_with_another_text_is_told(world: World) -> None:
    first = send(world, open_form(world))
    url, data = first.sent
    other = world.page(None).post(url, {**data, "question": "Iets anders"}, status=409)
    assert "Iets anders" in other.text
    assert len(forms(world)) == 1


def test_the_same_question_on_a_new_page_is_recognised(world: World) -> None:
    form = open_form(world)
    first, second = receipt(send(world, form)), receipt(send(world, form))
    assert first != second
    work(world)
    assert [row["state"] for row in forms(world)] == ["ticketed", "duplicate"]
    assert len(tickets(world)) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"question": ""}, "question"),
        ({"question": "a" * 8001}, "question"),
        ({"answer_by": "email"}, "email"),
        ({"answer_by": "email", "email": "geen adres"}, "email"),
        ({"answer_by": "phone", "phone": "12"}, "phone"),
        ({"topic": "b" * 201}, "topic"),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_everything_is_kept(
    world: World, values: dict[str, str], field: str
) -> None:
    typed = {"question": "Mijn vraag", "name": "Ans Jansen", **values}
    page = send(world, open_form(world), status=422, **typed)
    assert page.soup.select_one(f"#{field}-error") is not None
    for name, value in typed.items():
        if name != "answer_by":
            kept = page.soup.select_one(f'[name="{name}"]')
            assert kept is not None and (kept.get("value") or kept.text.lstrip("\n")).strip() == value
    assert forms(world) == []


def test_contact_details_are_asked_only_for_the_answer_that_needs_them(world: World) -> None:
    send(world, open_form(world), answer_by="email", email="ans@Voorbeeld.example", name="Ans")
    work(world)
    with world.admin() as admin:
        rows = admin.execute("select name, email, number from involvement").fetchall()
    assert rows == [("Ans", "ans@voorbeeld.example", "")]


def test_files_come_along_to_the_ticket(world: World) -> None:
    send(world, open_form(world), files=[(io.BytesIO(PNG), "foto.png"), (io.BytesIO(PDF), "brief.pdf")])
    work(world)
    with world.admin() as admin:
        assert sorted(r[0] for r in admin.execute("select name from attachment")) == ["brief.pdf", "foto.png"]
        assert admin.execute("select count(*) from form_file").fetchone() == (0,)


def test_files_are_kept_when_something_else_is_wrong(world: World) -> None:
    form = open_form(world)
    page = send(
        world, form, status=422, question="", files=[(io.BytesIO(PNG), "foto.png"), (io.BytesIO(PDF), "brief.pdf")]
    )
    assert "foto.png" in page.by_testid("kept-files").text
    keep_back = page.soup.select_one('[name="without"]')
    assert keep_back is not None
    send(world, form, page=page, without=str(keep_back["value"]))
    work(world)
    with world.admin() as admin:
        assert [r[0] for r in admin.execute("select name from attachment")] == ["brief.pdf"]


def test_a_file_that_is_not_welcome_is_told_and_the_others_are_kept(world: World) -> None:
    page = send(
        world, open_form(world), status=422, files=[(io.BytesIO(EXE), "spel.exe"), (io.BytesIO(PNG), "foto.png")]
    )
    assert "spel.exe" in page.text and "foto.png" in page.by_testid("kept-files").text


def test_the_trap_haste_and_links_make_it_doubtful_not_lost(world: World) -> None:
    form = open_form(world)
    send(world, form, website="http://spam.example", question="een")
    send(world, form, wait=0.0, question="twee")
    send(world, form, question="www.a.nl " * 6)
    work(world)
    assert [(f["state"], f["doubts"]) for f in forms(world)] == [
        ("quarantine", ["trap"]),
        ("quarantine", ["too_fast"]),
        ("quarantine", ["links"]),
    ]
    assert tickets(world) == []


def test_too_many_from_one_address_are_doubtful_then_refused(world: World) -> None:
    form = open_form(world)
    with world.admin() as admin:
        admin.execute(
            "insert into received_form (id, municipality_id, entrance_id, kind, key, digest, received_at, body, doubts, address_hash, state)"
            " select gen_random_uuid(), %s, %s, 'question', gen_random_uuid(), 'x', now(), '{}', '{}', %s, 'discarded' from generate_series(1, 20)",
            (world.towns["Aalburg"], int(form.split("-")[0]), visitor(world)),
        )
    send(world, form)
    assert forms(world)[-1]["doubts"] == ["often"]
    with world.admin() as admin:
        admin.execute(
            "insert into received_form (id, municipality_id, entrance_id, kind, key, digest, received_at, body, doubts, address_hash, state)"
            " select gen_random_uuid(), %s, %s, 'question', gen_random_uuid(), 'x', now(), '{}', '{}', %s, 'discarded' from generate_series(1, 180)",
            (world.towns["Aalburg"], int(form.split("-")[0]), visitor(world)),
        )
    page = send(world, form, status=429, question="Nog een vraag")
    assert "Nog een vraag" in page.text


def visitor(world: World) -> bytes:
    return address_hash(world.app.config["SETTINGS"].data_key, "127.0.0.1")


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elders.example"}])
def test_another_site_cannot_send_it_for_a_visitor(world: World, headers: dict[str, str]) -> None:
    first = send(world, open_form(world))
    url, data = first.sent
    page = world.page(None).post(url, {**data, "question": "Van elders"}, status=422, headers=headers)
    assert "Van elders" in page.text and len(forms(world)) == 1


def test_a_token_that_is_not_ours_sends_nothing_and_keeps_what_was_typed(world: World) -> None:
    form = open_form(world)
    page = world.page(None).get(f"/formulier/{form}")
    for token in ("", "verzonnen", "a.b.c"):
        again = page.post(
            f"/formulier/{form}", {"csrf_token": token, "question": "Mijn vraag", "answer_by": "status"}, status=422
        )
        assert "Mijn vraag" in again.text
    assert forms(world) == []


def test_a_token_of_one_form_is_none_for_another(world: World) -> None:
    page = world.page(None).get(f"/formulier/{open_form(world)}")
    token = page.soup.select_one('[name="csrf_token"]')
    assert token is not None
    other = open_form(world, "Bergen")
    page.post(f"/formulier/{other}", {"csrf_token": token["value"], "question": "x", "answer_by": "status"}, status=422)


def test_a_page_that_lay_open_for_more_than_a_week_is_asked_to_be_looked_at_again(world: World) -> None:
    form = open_form(world)
    page = world.page(None).get(f"/formulier/{form}")
    age(page, form, 8 * 86_400)
    again = page.submit('[data-testid="web-form"]', status=422, question="Mijn vraag")
    assert "te lang open" in again.text and "Mijn vraag" in again.text
    send(world, form, page=again, question="Mijn vraag")
    assert len(forms(world)) == 1


def test_sites_of_the_town_may_show_it_in_a_frame(world: World) -> None:
    form = open_form(world)
    with world.admin() as admin:
        admin.execute(
            "insert into web_form (municipality_id, entrance_id, words, frame_ancestors) values (%s, %s, %s, %s)",
            (
                world.towns["Aalburg"],
                int(form.split("-")[0]),
                '{"nl": {"title": "Vraag het Aalburg"}}',
                ["https://www.aalburg.example"],
            ),
        )
    page = world.page(None).get(f"/formulier/{form}")
    policy = page.response.headers["Content-Security-Policy"]  # type: ignore[union-attr]
    assert "frame-ancestors https://www.aalburg.example" in policy
    assert "Vraag het Aalburg" in page.text
    door = world.page(None).get("/status").response
    assert door is not None and "frame-ancestors 'none'" in door.headers["Content-Security-Policy"]


def test_it_needs_no_cookie_and_gives_none(world: World) -> None:
    page = send(world, open_form(world))
    assert page.response is not None
    assert not [c for c in page.response.headers.getlist("Set-Cookie") if "kcc_form" not in c]


def test_nothing_typed_stands_in_an_address_or_a_job(world: World) -> None:
    page = send(world, open_form(world), name="Ans Jansen", question="Geheim van Ans")
    assert "?" not in page.path
    with world.admin() as admin:
        args = str(admin.execute("select name, key, args from job").fetchall())
    assert "Ans" not in args


def test_ten_at_once_are_one(world: World) -> None:
    first = send(world, open_form(world), status=422, question="")
    form = first.path.removeprefix("/formulier/")
    age(first, form, 10)
    token = first.soup.select_one('[name="csrf_token"]')
    assert token is not None
    data = {"csrf_token": token["value"], "question": "Eén vraag", "answer_by": "status", "taal": "nl"}
    answers: list[str] = []

    def one() -> None:
        answers.append(world.app.test_client().post(f"/formulier/{form}", data=data).get_data(as_text=True))

    threads = [threading.Thread(target=one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(forms(world)) == 1
    assert len({text.split('data-testid="form-code">')[1][:11] for text in answers}) == 1
