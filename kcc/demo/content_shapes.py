"""The shapes of the content of a demonstration centre: plain data, read by `content_files`."""

from dataclasses import dataclass, field
from datetime import date, time


@dataclass(frozen=True)
class OpeningBlock:
    """One stretch of opening time; weekday 0 is Monday, times are local to the town."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class ClosingDay:
    """A day on which this town is closed besides public holidays."""

    day: date
    reason: str


@dataclass(frozen=True)
class HolidayChoices:
    """What a town decides about days that the law leaves open; `None` as closing time means an ordinary day."""

    good_friday: bool
    liberation_day: str
    christmas_eve_closes: time | None
    new_years_eve_closes: time | None


@dataclass(frozen=True)
class EntranceContent:
    """A phone number, mailbox, form (its slug) or counter (its name) through which contact comes in."""

    channel: str
    address: str
    name: str
    topic: str | None


@dataclass(frozen=True)
class AgreementContent:
    """The service agreement: percentage picked up within so many seconds, answer terms in working days."""

    phone_percent: int
    phone_seconds: int
    callback_days: int
    email_days: int
    form_days: int
    letter_days: int


@dataclass(frozen=True)
class DepartmentContent:
    """A department (`afdeling`) or group (`groep`) of one town; `parent` is the key of another one there."""

    key: str
    name: str
    kind: str
    mailbox: str
    parent: str | None


@dataclass(frozen=True)
class LinkContent:
    """A useful link of a town."""

    name: str
    url: str


@dataclass(frozen=True)
class IncidentContent:
    """A running incident (storing): what many people call about now."""

    title: str
    text: str
    topic: str
    started_hours_ago: int


@dataclass(frozen=True)
class BulletinContent:
    """A bulletin (werkbericht) of the kind `nieuws` or `werkinstructie`; no towns means the whole centre."""

    title: str
    kind: str
    body: str
    days_ago: int
    towns: tuple[str, ...]


@dataclass(frozen=True)
class PlaceContent:
    """A village or town with its four-digit postcodes and street names, for invented addresses."""

    name: str
    postcodes: tuple[str, ...]
    streets: tuple[str, ...]


@dataclass(frozen=True)
class TownContent:
    """A municipality of the centre; `cbs_code` has four digits, `accent` is the number 1–12 of its colour."""

    name: str
    short_code: str
    slug: str
    cbs_code: str
    rsin: str | None
    inhabitants: int
    accent: int
    greeting: str
    opening: tuple[OpeningBlock, ...]
    holidays: HolidayChoices
    closing_days: tuple[ClosingDay, ...]
    entrances: tuple[EntranceContent, ...]
    agreement: AgreementContent
    departments: tuple[DepartmentContent, ...]
    links: tuple[LinkContent, ...]
    incident: IncidentContent | None
    places: tuple[PlaceContent, ...]
    variables: dict[str, str]


@dataclass(frozen=True)
class TopicContent:
    """A shared topic; `weight` says how often it is asked relative to the others, `term_days` in working days."""

    key: str
    name: str
    group: str
    upn: str | None
    synonyms: tuple[str, ...]
    needs_bsn: bool
    department: str
    term_days: int | None
    questions: tuple[str, ...]
    weight: int
    asks: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class OverlayContent:
    """What one town adds to a shared article: text for the reader, and a one-line note for the agent."""

    text: str
    note: str


@dataclass(frozen=True)
class ArticleContent:
    """A knowledge article; `variables` and `overlays` are keyed by town (short code), shared ones only."""

    key: str
    title: str
    topics: tuple[str, ...]
    upn: str | None
    shared: bool
    town: str | None
    keywords: tuple[str, ...]
    body: str
    desk_memo: str
    valid_for_days: int | None
    variables: dict[str, dict[str, str]]
    overlays: dict[str, OverlayContent]


@dataclass(frozen=True)
class RoleContent:
    """One role for named towns; departments are those of a handler, as (town, department key)."""

    role: str
    towns: tuple[str, ...]
    departments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PersonContent:
    """An invented colleague; `deputy` is the e-mail address of who stands in."""

    name: str
    email: str
    function: str
    roles: tuple[RoleContent, ...]
    deputy: str | None = None


@dataclass(frozen=True)
class SayingsContent:
    """Sentences and names to make plausible work with; the dicts are keyed by topic group."""

    back_office: dict[str, tuple[str, ...]]
    internal_notes: dict[str, tuple[str, ...]]
    return_reasons: tuple[str, ...]
    not_reached: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


@dataclass(frozen=True)
class CentreContent:
    """All content of one centre; `routes` maps (town short code, topic key) to a department key of that town."""

    key: str
    name: str
    mail_domain: str
    towns: tuple[TownContent, ...]
    topics: tuple[TopicContent, ...]
    articles: tuple[ArticleContent, ...]
    people: tuple[PersonContent, ...]
    bulletins: tuple[BulletinContent, ...]
    sayings: SayingsContent
    routes: dict[tuple[str, str], str] = field(default_factory=dict)

    def town(self, short_code: str) -> TownContent:
        """Return the town with this short code; `KeyError` when there is none."""
        return {town.short_code: town for town in self.towns}[short_code]
