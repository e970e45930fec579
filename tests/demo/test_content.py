"""The written content of the demonstration centres holds together: topics, routes, articles, people, sayings."""

import csv
from pathlib import Path

import pytest

from kcc.demo import content_files
from kcc.demo.content_files import PLACEHOLDER, check_placeholders, load_centre, placeholders
from kcc.demo.content_people import ROLES
from kcc.demo.content_shapes import CentreContent
from kcc.demo.content_tables import CONTENT_FOLDER, ContentError, Table

PRODUCT_LIST = Path(__file__).parents[3] / "shared" / "data" / "upl" / "UPL-actueel.csv"
TOWN_TABLE = Path(__file__).parents[3] / "shared" / "data" / "gemeenten" / "Tabel33_Gemeententabel.csv"


@pytest.fixture(scope="module", params=content_files.CENTRE_KEYS)
def centre(request: pytest.FixtureRequest) -> CentreContent:
    """Either of the two centres."""
    return load_centre(request.param)


@pytest.fixture(scope="module")
def first() -> CentreContent:
    """The first centre, of four towns."""
    return load_centre("voorne-putten")


def known_products() -> set[str]:
    """Product names of municipalities: of the national list, else of the bundled list of those in use."""
    if not PRODUCT_LIST.exists():
        return set((CONTENT_FOLDER / "upns.txt").read_text(encoding="utf-8").splitlines())
    with PRODUCT_LIST.open(encoding="utf-8-sig", newline="") as file:
        return {row["UniformeProductnaam"] for row in csv.DictReader(file) if row["Gemeente"] == "X"}


def test_the_towns_are_those_of_2011() -> None:
    assert [town.short_code for town in load_centre("voorne-putten").towns] == ["BER", "BRI", "SPI", "WES"]
    assert len(load_centre("nijmegen").towns) == 10


@pytest.mark.skipif(not TOWN_TABLE.exists(), reason="the national table of towns is not here")
def test_every_town_has_its_code_of_the_national_table(centre: CentreContent) -> None:
    with TOWN_TABLE.open(encoding="utf-8-sig", newline="") as file:
        national = {row["92.10 Gemeentecode"]: row["92.11 Omschrijving"] for row in csv.DictReader(file)}
    assert {town.cbs_code: town.name for town in centre.towns}.items() <= national.items()


def test_at_least_sixty_topics_have_an_existing_product_name(first: CentreContent) -> None:
    used = [topic.upn for topic in first.topics if topic.upn is not None]
    assert len(used) >= 60
    assert set(used) - known_products() == set()


def test_the_bundled_product_names_are_sorted_and_in_use(first: CentreContent) -> None:
    bundled = (CONTENT_FOLDER / "upns.txt").read_text(encoding="utf-8").splitlines()
    assert bundled == sorted({topic.upn for topic in first.topics if topic.upn is not None})


def test_an_article_names_the_product_of_one_of_its_topics(centre: CentreContent) -> None:
    products = {topic.key: topic.upn for topic in centre.topics}
    for article in centre.articles:
        assert article.upn is None or article.upn in {products[key] for key in article.topics}, article.key


def test_every_topic_goes_to_a_department_of_every_town(centre: CentreContent) -> None:
    assert len(centre.routes) == len(centre.towns) * len(centre.topics)
    for (code, _topic), department in centre.routes.items():
        assert department in {found.key for found in centre.town(code).departments}


def test_towns_send_the_same_topic_to_different_departments(first: CentreContent) -> None:
    assert len({first.routes[town.short_code, "parkeervergunning-bewoners"] for town in first.towns}) >= 3


def test_departments_have_mailboxes_of_their_own_town(centre: CentreContent) -> None:
    for town in centre.towns:
        assert 5 <= len(town.departments) <= 9
        mailboxes = [department.mailbox for department in town.departments]
        assert len(set(mailboxes)) == len(mailboxes)
        assert all(mailbox.endswith(f"@{town.slug}.example") for mailbox in mailboxes)


def test_entrances_belong_to_one_town_and_name_a_topic_that_exists(centre: CentreContent) -> None:
    entrances = [entrance for town in centre.towns for entrance in town.entrances]
    assert len({(entrance.channel, entrance.address) for entrance in entrances}) == len(entrances)
    keys = {topic.key for topic in centre.topics}
    assert {entrance.topic for entrance in entrances if entrance.topic} <= keys
    for town in centre.towns:
        assert {entrance.channel for entrance in town.entrances} == {"phone", "email", "form", "counter"}
        assert town.incident is None or town.incident.topic in keys


def test_opening_hours_differ_and_one_town_closes_for_lunch(centre: CentreContent) -> None:
    assert len({town.opening for town in centre.towns}) == len(centre.towns)
    assert any(len([block for block in town.opening if block.weekday == 0]) == 2 for town in centre.towns)
    assert all("{naam}" in town.greeting and town.name in town.greeting for town in centre.towns)


def test_there_are_forty_articles_with_municipal_differences(first: CentreContent) -> None:
    assert len(first.articles) >= 44
    assert len([a for a in first.articles if any(len(set(v.values())) > 1 for v in a.variables.values())]) >= 12
    assert len([article for article in first.articles if not article.shared]) >= 4
    assert len([article for article in first.articles if article.overlays]) >= 4


def test_every_placeholder_has_a_value_in_each_town(centre: CentreContent) -> None:
    for article in centre.articles:
        for town in centre.towns:
            if article.shared or article.town == town.short_code:
                values = town.variables | {name: value[town.short_code] for name, value in article.variables.items()}
                filled = PLACEHOLDER.sub(lambda found, values=values: values[found[1]], article.body)
                assert "{{" not in filled, article.key


def test_every_variable_is_used(centre: CentreContent) -> None:
    for article in centre.articles:
        assert set(article.variables) <= placeholders(article), article.key


def test_a_placeholder_without_a_value_is_told_with_file_and_key(first: CentreContent) -> None:
    article = next(article for article in first.articles if article.key == "grofvuil")
    broken = article.__class__(**{**article.__dict__, "variables": {}})
    with pytest.raises(
        ContentError, match=r"articles/grofvuil\.md: key 'variables' has no '(maximum|ophaaldag|prijs)'"
    ):
        check_placeholders(first.__class__(**{**first.__dict__, "articles": (broken,)}))


@pytest.mark.parametrize("values", [{}, {"weight": "veel"}, {"weight": True}])
def test_a_missing_or_wrong_value_is_told_with_file_and_key(values: dict[str, object]) -> None:
    with pytest.raises(ContentError, match=r"topics/afval\.toml: key 'weight'"):
        Table(values, "topics/afval.toml").take("weight", int)


@pytest.mark.parametrize("block", ["half acht-12:00", "12:00-08:00", "08:00"])
def test_opening_hours_that_cannot_be_are_refused(block: str) -> None:
    with pytest.raises(ContentError, match=r"centres/x\.toml: mon"):
        content_files.read_opening(Table({"mon": [block]}, "centres/x.toml"))


def test_an_unknown_centre_is_refused() -> None:
    with pytest.raises(ContentError, match="no centre 'utrecht'"):
        load_centre("utrecht")


def test_the_first_centre_has_the_colleagues_it_needs(first: CentreContent) -> None:
    def with_role(*roles: str) -> list[str]:
        return [p.email for p in first.people if len(p.roles) == 1 and p.roles[0].role in roles]

    assert len(with_role("agent")) == 12
    assert len(with_role("handler", "coordinator")) == 20
    assert len(with_role("supervisor")) == 2
    assert len(with_role("contract_manager")) == 4
    assert len(with_role("editor")) == 2
    assert len(with_role("administrator")) == 2  # one proposes another administrator, the other confirms
    assert len(with_role("privacy_officer")) == 1
    assert len([person for person in first.people if len(person.roles) > 2]) == 1


def test_two_handlers_work_for_two_towns_and_several_have_a_deputy(first: CentreContent) -> None:
    handlers = [person for person in first.people if person.roles[0].role == "handler"]
    assert len([person for person in handlers if len(person.roles[0].towns) == 2]) == 2
    assert len([person for person in handlers if person.deputy]) >= 5


def test_every_department_has_somebody(centre: CentreContent) -> None:
    staffed = {place for person in centre.people for role in person.roles for place in role.departments}
    for town in centre.towns:
        assert {(town.short_code, department.key) for department in town.departments} <= staffed


def test_colleagues_have_known_roles_and_different_addresses(centre: CentreContent) -> None:
    assert {role.role for person in centre.people for role in person.roles} <= set(ROLES)
    assert len({person.email for person in centre.people}) == len(centre.people)
    assert load_centre(centre.key).people == centre.people


def test_callers_say_enough_different_things(first: CentreContent) -> None:
    asked: dict[str, int] = {}
    for topic in first.topics:
        asked[topic.group] = asked.get(topic.group, 0) + len(topic.asks)
        assert 1 <= len(topic.questions) <= 3 and topic.weight > 0
    assert min(asked.values()) >= 6
    assert sum(asked.values()) >= 120


def test_there_are_enough_names_and_streets(centre: CentreContent) -> None:
    for names in (centre.sayings.first_names, centre.sayings.last_names):
        assert len(set(names)) == len(names) >= 60
    for town in centre.towns:
        assert all(place.streets and place.postcodes for place in town.places)
        assert all(code.isdigit() and len(code) == 4 for place in town.places for code in place.postcodes)
