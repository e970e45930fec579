"""The invented colleagues of a demonstration centre: written out, or made by rule from the lists of names."""

import re
import unicodedata
from collections.abc import Iterator

from kcc.demo.content_shapes import PersonContent, RoleContent, SayingsContent, TownContent
from kcc.demo.content_tables import CONTENT_FOLDER, ContentError, Table, read_toml

ROLES = (
    "agent",
    "handler",
    "coordinator",
    "editor",
    "supervisor",
    "contract_manager",
    "privacy_officer",
    "administrator",
)
# Steps without a common divisor with the lists: first and last names meet in a new pair every time.
LAST_NAME_STEP = 7


def read_people(
    key: str, domain: str, towns: tuple[TownContent, ...], sayings: SayingsContent
) -> tuple[PersonContent, ...]:
    """Read who works for a centre; departments, towns and deputies must exist."""
    file = read_toml(CONTENT_FOLDER / "people" / f"{key}.toml")
    if "rule" in file.values:
        people = people_by_rule(file.table("rule"), domain, towns, sayings)
    else:
        people = tuple(read_person(row, domain, towns) for row in file.tables("person"))
    emails = {person.email for person in people}
    if len(emails) != len(people):
        raise ContentError(f"{file.where}: key 'email' stands there twice")
    for person in people:
        if person.deputy is not None and person.deputy not in emails - {person.email}:
            raise ContentError(f"{file.where}: key 'deputy' of {person.email} is nobody else here")
    return people


def read_person(row: Table, domain: str, towns: tuple[TownContent, ...]) -> PersonContent:
    """Read one person; a department is written as "BRI:burgerzaken", `towns = ["*"]` means all."""
    deputy = row.take("deputy", str, None)
    return PersonContent(
        name=row.take("name", str),
        email=f"{row.take('email', str)}@{domain}",
        function=row.take("function", str),
        roles=tuple(read_role(role, towns) for role in row.tables("roles")),
        deputy=deputy and f"{deputy}@{domain}",
    )


def read_role(row: Table, towns: tuple[TownContent, ...]) -> RoleContent:
    """Read one role with its towns and, for a handler, departments that exist there."""
    known = {town.short_code: {department.key for department in town.departments} for town in towns}
    codes = row.texts("towns")
    codes = tuple(known) if codes == ("*",) else codes
    departments = tuple((code, key) for code, _, key in (text.partition(":") for text in row.texts("departments", [])))
    if not set(codes) <= set(known):
        raise ContentError(f"{row.where}: key 'towns' names a town that is not here")
    for code, key in departments:
        if code not in codes or key not in known[code]:
            raise ContentError(f"{row.where}: key 'departments' names '{code}:{key}', which does not exist")
    return RoleContent(row.one_of("role", ROLES), codes, departments)


def people_by_rule(
    rule: Table, domain: str, towns: tuple[TownContent, ...], sayings: SayingsContent
) -> tuple[PersonContent, ...]:
    """Make as many colleagues as the rule says, always the same ones."""
    names = invented_names(sayings)
    codes = tuple(town.short_code for town in towns)
    people: list[PersonContent] = []

    def add(role: str, count: int, served: tuple[str, ...], function: str) -> None:
        people.extend(colleague(next(names), domain, function, RoleContent(role, served)) for _ in range(count))

    add("agent", rule.take("agents", int), codes, "KCC-medewerker")
    add("supervisor", rule.take("supervisors", int), codes, "Teamleider KCC")
    add("editor", rule.take("editors", int), codes, "Redacteur kennisbank")
    add("administrator", rule.take("administrators", int), codes, "Functioneel beheerder")
    add("privacy_officer", rule.take("privacy_officers", int), codes, "Functionaris gegevensbescherming")
    for town in towns:
        add("contract_manager", 1, (town.short_code,), "Contractmanager")
        people.extend(handlers(town, rule.take("handlers_per_town", int), domain, names))
    return tuple(people)


def handlers(town: TownContent, count: int, domain: str, names: Iterator[str]) -> Iterator[PersonContent]:
    """Spread handlers over the departments of a town; each is deputy of the one before."""
    deputy = None
    for number in range(count):
        keys = [department.key for department in town.departments[number::count]]
        where = tuple((town.short_code, key) for key in keys or [town.departments[0].key])
        role = RoleContent("handler", (town.short_code,), where)
        person = colleague(next(names), domain, "Behandelaar", role, deputy)
        deputy = person.email
        yield person


def colleague(name: str, domain: str, function: str, role: RoleContent, deputy: str | None = None) -> PersonContent:
    """Make one person of a name, with the e-mail address that follows from it."""
    return PersonContent(name, f"{mail_name(name)}@{domain}", function, (role,), deputy)


def invented_names(sayings: SayingsContent) -> Iterator[str]:
    """Yield full names that never repeat their e-mail address."""
    seen = set()
    for round_number in range(len(sayings.last_names)):
        for number, first in enumerate(sayings.first_names):
            last = sayings.last_names[(number * LAST_NAME_STEP + round_number) % len(sayings.last_names)]
            name = f"{first} {last}"
            if mail_name(name) not in seen:
                seen.add(mail_name(name))
                yield name


def mail_name(name: str) -> str:
    """Write "Fatima el Idrissi" as "f.elidrissi"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    first, _, last = plain.partition(" ")
    return f"{first[0]}.{re.sub(r'[^a-z]', '', last)}"
