"""Words for roles, weekdays, skills and what became of invitations and proposals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kcc.core.permissions import Role

ROLES: dict[str, LazyString] = {
    Role.AGENT: _l("KCC-medewerker"),
    Role.HANDLER: _l("Behandelaar"),
    Role.COORDINATOR: _l("Coördinator"),
    Role.EDITOR: _l("Redacteur"),
    Role.SUPERVISOR: _l("Teamleider"),
    Role.CONTRACT_MANAGER: _l("Contractmanager"),
    Role.PRIVACY_OFFICER: _l("Privacyfunctionaris"),
    Role.ADMINISTRATOR: _l("Beheerder"),
}
ROLES_DO: dict[str, LazyString] = {
    Role.AGENT: _l("neemt telefoon, mail en balie aan en ziet vragen van de hele gemeente"),
    Role.HANDLER: _l("beantwoordt vragen van eigen afdelingen"),
    Role.COORDINATOR: _l("verdeelt het werk van eigen afdelingen"),
    Role.EDITOR: _l("schrijft kennisartikelen"),
    Role.SUPERVISOR: _l("verdeelt het werk en ziet cijfers en vragen van de hele gemeente"),
    Role.CONTRACT_MANAGER: _l("ziet cijfers, geen personen"),
    Role.PRIVACY_OFFICER: _l("ziet wie persoonsgegevens bekeek"),
    Role.ADMINISTRATOR: _l("regelt mensen en inrichting; een tweede beheerder bevestigt dit"),
}
WEEKDAYS: tuple[LazyString, ...] = (
    _l("maandag"), _l("dinsdag"), _l("woensdag"), _l("donderdag"), _l("vrijdag"), _l("zaterdag"), _l("zondag"),
)  # fmt: skip
WEEKDAYS_SHORT: tuple[LazyString, ...] = (_l("ma"), _l("di"), _l("wo"), _l("do"), _l("vr"), _l("za"), _l("zo"))
SKILLS: dict[str, LazyString] = {
    "": _l("zoals de gemeente"),
    "2": _l("ervaren"),
    "1": _l("met de kennisbank"),
    "0": _l("niet"),
}
SKILLS_OF_TOWN: dict[str, LazyString] = {**SKILLS, "": _l("met de kennisbank (gewoon)")}
DECISIONS: dict[str, tuple[LazyString, str]] = {
    "confirmed": (_l("bevestigd"), "ok"),
    "refused": (_l("geweigerd"), "late"),
    "withdrawn": (_l("ingetrokken"), "neutral"),
}
WORK: dict[str, LazyString] = {
    "item": _l("Werk uit de wachtrij: terug in de wachtrij, met de oorspronkelijke wachttijd"),
    "task_deputy": _l("Contactverzoeken: naar de vervanger"),
    "task": _l("Contactverzoeken: terug naar de afdeling"),
    "conversation": _l("Gesprekken die niet zijn afgerond: getoond aan de teamleider, met het concept"),
}
