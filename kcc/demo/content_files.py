"""Read the hand-written content of a demonstration centre: towns, topics, articles, people and sayings.

Everything stands in `kcc/demo/content/` as TOML and as Markdown with TOML front matter between `+++` lines.
Nothing here touches the database: the loader turns the plain data of `load_centre` into rows by way of the
actions of the rooms. A mistake in a file is a `ContentError` that names the file and the key.
"""

import re
from datetime import date

from kcc.demo.content_people import read_people
from kcc.demo.content_shapes import (
    AgreementContent,
    ArticleContent,
    BulletinContent,
    CentreContent,
    ClosingDay,
    DepartmentContent,
    EntranceContent,
    HolidayChoices,
    IncidentContent,
    LinkContent,
    OpeningBlock,
    OverlayContent,
    PlaceContent,
    SayingsContent,
    TopicContent,
    TownContent,
)
from kcc.demo.content_tables import (
    CONTENT_FOLDER,
    ContentError,
    Table,
    read_front_matter,
    read_time,
    read_toml,
)

CENTRE_KEYS = ("voorne-putten", "nijmegen")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLACEHOLDER = re.compile(r"{{\s*([a-z][a-z0-9_]*)\s*}}")
DEFAULT = "default"


def load_centre(key: str) -> CentreContent:
    """Read and check all content of one centre; `ContentError` names the file and key that are wrong."""
    if key not in CENTRE_KEYS:
        raise ContentError(f"there is no centre '{key}'; there is {' and '.join(CENTRE_KEYS)}")
    file = read_toml(CONTENT_FOLDER / "centres" / f"{key}.toml")
    centre = file.table("centre")
    towns = read_towns(file, key)
    codes = tuple(town.short_code for town in towns)
    sayings = read_sayings()
    topics = read_topics()
    bulletins = tuple(read_bulletin(row, codes) for row in file.tables("bulletin", []))
    content = CentreContent(
        key=key,
        name=centre.take("name", str),
        mail_domain=centre.take("mail_domain", str),
        towns=towns,
        topics=topics,
        articles=read_articles(codes, {topic.key for topic in topics}),
        people=read_people(key, centre.take("mail_domain", str), towns, sayings),
        bulletins=bulletins,
        sayings=sayings,
        routes=read_routes(file, towns, topics),
    )
    check_placeholders(content)
    return content


def read_towns(file: Table, key: str) -> tuple[TownContent, ...]:
    """Read the towns of a centre; short codes and accents differ within it."""
    places = read_toml(CONTENT_FOLDER / "places" / f"{key}.toml")
    sets = file.table("department_sets", {})
    towns = tuple(read_town(row, sets, places) for row in file.tables("town"))
    for what in ("short_code", "accent", "slug", "cbs_code"):
        seen = [getattr(town, what) for town in towns]
        if len(set(seen)) != len(seen):
            raise ContentError(f"{file.where}: key '{what}' must differ per town")
    return towns


def read_town(row: Table, sets: Table, places: Table) -> TownContent:
    """Read one municipality with its hours, entrances, agreement and departments."""
    slug, code = row.take("slug", str), row.take("short_code", str)
    accent = row.take("accent", int)
    if not re.fullmatch(r"[A-Z]{3}", code) or not 1 <= accent <= 12:
        raise ContentError(f"{row.where}: key 'short_code' is three letters, key 'accent' 1 to 12")
    departments = row.tables("department", []) or sets.tables(row.take("departments", str))
    agreement = row.table("agreement")
    return TownContent(
        name=row.take("name", str),
        short_code=code,
        slug=slug,
        cbs_code=row.take("cbs_code", str),
        rsin=row.take("rsin", str, None),
        inhabitants=row.take("inhabitants", int),
        accent=accent,
        greeting=row.take("greeting", str),
        opening=read_opening(row.table("hours")),
        holidays=read_holidays(row.table("holidays")),
        closing_days=tuple(
            ClosingDay(closing.take("day", date), closing.take("reason", str))
            for closing in row.tables("closing_day", [])
        ),
        entrances=tuple(
            EntranceContent(
                entrance.one_of("channel", ("phone", "email", "form", "counter")),
                entrance.take("address", str),
                entrance.take("name", str),
                entrance.take("topic", str, None),
            )
            for entrance in row.tables("entrance")
        ),
        agreement=AgreementContent(
            **{name: agreement.take(name, int) for name in AgreementContent.__dataclass_fields__}
        ),
        departments=read_departments(departments, slug, row.where),
        links=tuple(LinkContent(link.take("name", str), link.take("url", str)) for link in row.tables("link")),
        incident=read_incident(row.table("incident")) if "incident" in row.values else None,
        places=tuple(
            PlaceContent(place.take("name", str), place.texts("postcodes"), place.texts("streets"))
            for place in places.tables(code)
        ),
        variables={name: row.table("variables").take(name, str) for name in row.table("variables").values},
    )


def read_incident(row: Table) -> IncidentContent:
    """Read the incident that runs in a town now."""
    return IncidentContent(
        title=row.take("title", str),
        text=row.take("text", str),
        topic=row.take("topic", str),
        started_hours_ago=row.take("started_hours_ago", int),
    )


def read_opening(hours: Table) -> tuple[OpeningBlock, ...]:
    """Read blocks like `mon = ["08:30-12:30", "13:30-17:00"]`; a day left out is a closed day."""
    blocks = []
    for name in hours.values:
        if name not in WEEKDAYS:
            raise ContentError(f"{hours.where}: key '{name}' is no weekday")
        for text in hours.texts(name):
            opens, _, closes = text.partition("-")
            where = f"{hours.where}: {name}"
            block = OpeningBlock(WEEKDAYS.index(name), read_time(opens, where), read_time(closes, where))
            if block.opens >= block.closes:
                raise ContentError(f"{where}: '{text}' ends before it begins")
            blocks.append(block)
    return tuple(sorted(blocks, key=lambda block: (block.weekday, block.opens)))


def read_holidays(row: Table) -> HolidayChoices:
    """Read what the town decides about Good Friday, 5 May, 24 and 31 December."""
    return HolidayChoices(
        good_friday=row.take("good_friday", bool),
        liberation_day=row.one_of("liberation_day", ("never", "lustrum", "always")),
        christmas_eve_closes=row.clock("christmas_eve_closes"),
        new_years_eve_closes=row.clock("new_years_eve_closes"),
    )


def read_departments(rows: list[Table], slug: str, where: str) -> tuple[DepartmentContent, ...]:
    """Read departments; a mailbox may leave the town open as `{slug}`. Parents come before their groups."""
    found: dict[str, DepartmentContent] = {}
    for row in rows:
        parent = row.take("parent", str, None)
        if parent is not None and parent not in found:
            raise ContentError(f"{where}: {row.where}: key 'parent' names no department above it: '{parent}'")
        department = DepartmentContent(
            key=row.take("key", str),
            name=row.take("name", str),
            kind=row.one_of("kind", ("afdeling", "groep")),
            mailbox=row.take("mailbox", str).replace("{slug}", slug),
            parent=parent,
        )
        found[department.key] = department
    return tuple(found.values())


def read_topics() -> tuple[TopicContent, ...]:
    """Read the shared topics with what callers ask about them, group by group."""
    topics = []
    for path in sorted((CONTENT_FOLDER / "topics").glob("*.toml")):
        file = read_toml(path)
        spoken = read_toml(CONTENT_FOLDER / "sayings" / path.name)
        for row in file.tables("topic"):
            said = spoken.table(row.take("key", str))
            topics.append(
                TopicContent(
                    key=row.take("key", str),
                    name=row.take("name", str),
                    group=file.take("group", str),
                    upn=row.take("upn", str, None),
                    synonyms=row.texts("synonyms"),
                    needs_bsn=row.take("needs_bsn", bool, False),
                    department=row.take("department", str),
                    term_days=row.take("term_days", int, None),
                    questions=row.texts("questions"),
                    weight=row.take("weight", int),
                    asks=said.texts("asks"),
                    answers=said.texts("answers"),
                )
            )
    keys = [topic.key for topic in topics]
    for key in keys:
        if keys.count(key) > 1:
            raise ContentError(f"topics: key '{key}' stands there twice")
    return tuple(topics)


def read_routes(
    file: Table, towns: tuple[TownContent, ...], topics: tuple[TopicContent, ...]
) -> dict[tuple[str, str], str]:
    """Find the department for every town and topic: its own route, else a replacement, else the default."""
    routes = {}
    own = file.table("routes", {})
    for town in towns:
        exceptions = own.table(town.short_code, {})
        replaced = exceptions.table("departments", {})
        by_topic = exceptions.table("topics", {})
        known = {department.key for department in town.departments}
        for wrong in set(by_topic.values) - {topic.key for topic in topics}:
            raise ContentError(f"{by_topic.where}: key '{wrong}' is no topic")
        for topic in topics:
            department = by_topic.take(topic.key, str, None)
            department = department or replaced.take(topic.department, str, topic.department)
            if department not in known:
                raise ContentError(
                    f"{exceptions.where}: topic '{topic.key}' goes to '{department}', which {town.name} has not"
                )
            routes[town.short_code, topic.key] = department
    return routes


def read_bulletin(row: Table, codes: tuple[str, ...]) -> BulletinContent:
    """Read one bulletin; towns left out means everyone."""
    towns = row.texts("towns", [])
    if not set(towns) <= set(codes):
        raise ContentError(f"{row.where}: key 'towns' names a town that is not here")
    return BulletinContent(
        title=row.take("title", str),
        kind=row.one_of("kind", ("nieuws", "werkinstructie")),
        body=row.take("body", str).strip(),
        days_ago=row.take("days_ago", int),
        towns=towns,
    )


def read_articles(codes: tuple[str, ...], topic_keys: set[str]) -> tuple[ArticleContent, ...]:
    """Read the articles for these towns: the shared ones and those of one of the towns."""
    articles = [read_article(*read_front_matter(path)) for path in sorted(CONTENT_FOLDER.glob("articles/*.md"))]
    for article in articles:
        for topic in article.topics:
            if topic not in topic_keys:
                raise ContentError(f"articles/{article.key}.md: key 'topics' names no topic: '{topic}'")
    return tuple(article_for(article, codes) for article in articles if article.shared or article.town in codes)


def read_article(front: Table, body: str) -> ArticleContent:
    """Read one article; its key is the name of its file."""
    key = front.take("key", str)
    if front.where != f"articles/{key}.md":
        raise ContentError(f"{front.where}: key 'key' is '{key}', not the name of the file")
    shared = front.take("shared", bool)
    if shared == ("town" in front.values):
        raise ContentError(f"{front.where}: key 'town' goes with shared = false, and only with that")
    variables = front.table("variables", {})
    overlays = front.table("overlay", {})
    return ArticleContent(
        key=key,
        title=front.take("title", str),
        topics=front.texts("topics"),
        upn=front.take("upn", str, None),
        shared=shared,
        town=front.take("town", str, None),
        keywords=front.texts("keywords"),
        body=body,
        desk_memo=front.take("desk_memo", str, "").strip(),
        valid_for_days=front.take("valid_for_days", int, None),
        variables={
            name: {code: variables.table(name).take(code, str) for code in variables.table(name).values}
            for name in variables.values
        },
        overlays={
            code: OverlayContent(overlays.table(code).take("text", str).strip(), overlays.table(code).take("note", str))
            for code in overlays.values
        },
    )


def article_for(article: ArticleContent, codes: tuple[str, ...]) -> ArticleContent:
    """Keep what these towns need: every variable per town (else its default) and their own overlays."""
    variables = {
        name: {code: values[code] if code in values else values[DEFAULT] for code in codes}
        for name, values in article.variables.items()
        if DEFAULT in values or all(code in values for code in codes)
    }
    overlays = {code: overlay for code, overlay in article.overlays.items() if code in codes}
    return ArticleContent(**{**article.__dict__, "variables": variables, "overlays": overlays})


def check_placeholders(content: CentreContent) -> None:
    """Every {{ name }} in an article has a value: of the article itself, or of each of the towns."""
    for article in content.articles:
        towns = [town for town in content.towns if article.shared or town.short_code == article.town]
        for name in placeholders(article):
            missing = [town.name for town in towns if name not in town.variables]
            if name not in article.variables and missing:
                raise ContentError(
                    f"articles/{article.key}.md: key 'variables' has no '{name}' for {', '.join(missing)}"
                )


def placeholders(article: ArticleContent) -> set[str]:
    """Return the names between double braces in an article, its desk memo and its overlays."""
    texts = [article.body, article.desk_memo, *(overlay.text for overlay in article.overlays.values())]
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


def read_sayings() -> SayingsContent:
    """Read the sentences of the back office and the names that parties and colleagues get."""
    office = read_toml(CONTENT_FOLDER / "sayings" / "backoffice.toml")
    names = read_toml(CONTENT_FOLDER / "people" / "names.toml")
    groups = [read_toml(path).take("group", str) for path in sorted(CONTENT_FOLDER.glob("topics/*.toml"))]
    return SayingsContent(
        back_office={group: office.table("back_office").texts(group) for group in groups},
        internal_notes={group: office.table("internal_notes").texts(group) for group in groups},
        return_reasons=office.texts("return_reasons"),
        not_reached=office.texts("not_reached"),
        first_names=names.texts("first_names"),
        last_names=names.texts("last_names"),
    )
