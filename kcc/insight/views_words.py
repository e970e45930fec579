"""What screens and exports say about figures, in words."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from kcc.insight.rules_figures import Finding

MEASURES: dict[str, LazyString] = {
    "conversations": _l("Gesprekken"),
    "questions": _l("Vragen"),
    "answered": _l("Direct beantwoord"),
    "followed": _l("Vragen die zeven dagen te volgen waren"),
    "net": _l("Direct beantwoord, zonder herhaling binnen zeven dagen"),
    "escalated": _l("Doorgezet naar de afdeling"),
    "transferred": _l("Doorverbonden"),
    "transfer_failed": _l("Doorverbinden mislukt"),
    "talk": _l("Gesprekstijd gemeten"),
    "wrap_up": _l("Nawerktijd gemeten"),
    "tasks_measured": _l("Terugbelverzoeken waarvan de termijn voorbij of gehaald is"),
    "tasks_on_time": _l("Op tijd teruggebeld"),
    "tasks_late": _l("Te laat teruggebeld"),
    "returned": _l("Teruggegeven door de afdeling"),
    "open": _l("Open nu"),
    "overdue": _l("Te laat nu"),
}
STATUSES: dict[str, LazyString] = {
    "open": _l("open"),
    "with_back_office": _l("bij de afdeling"),
    "waiting_for_citizen": _l("wacht op de inwoner"),
    "answered": _l("beantwoord"),
    "closed": _l("gesloten"),
}


def not_measured() -> str:
    """What stands where nothing was measured; never a nought."""
    return str(_("niet gemeten"))


def names(parts: Sequence[str]) -> str:
    """Names in a row: 'Bernisse, Brielle en Westvoorne'."""
    if len(parts) < 2:
        return "".join(parts)
    return str(_("%(first)s en %(last)s", first=", ".join(parts[:-1]), last=parts[-1]))


def sentence(finding: Finding, towns: int) -> str:
    """One finding as a sentence, for a page of that many towns."""
    who = names(finding.names)
    if finding.kind == "all_kept":
        return str(_("Teruggebeld zoals afgesproken of beter: %(who)s.", who=who))
    if finding.kind == "kept":
        return str(_("Op of boven de afspraak voor terugbellen: %(who)s.", who=who))
    if finding.kind == "no_callbacks":
        return str(_("Terugbellen is in deze periode niet gemeten, of er is niets over afgesproken."))
    if finding.kind == "overdue":
        late = ngettext("Bij %(who)s is nu %(num)s vraag te laat", "Bij %(who)s zijn nu %(num)s vragen te laat",
                        finding.amounts[0], who=who)  # fmt: skip
        return str(_("%(late)s, het meest van alle gemeenten.", late=late)) if towns > 1 else f"{late}."
    measured = zip(finding.names, finding.amounts, strict=True)
    who = names([f"{name} ({ngettext('%(num)s punt', '%(num)s punten', amount)})" for name, amount in measured])
    sentences = {
        "missed": _("Onder de afspraak voor terugbellen, meer dan de onzekerheid: %(who)s.", who=who),
        "missed_unsure": _("Onder de afspraak voor terugbellen, maar minder dan de onzekerheid: %(who)s.", who=who),
        "less_at_once": _(
            "Minder direct beantwoord dan in de andere gemeenten samen, meer dan toeval: %(who)s.", who=who
        ),
        "more_at_once": _(
            "Meer direct beantwoord dan in de andere gemeenten samen, meer dan toeval: %(who)s.", who=who
        ),
        "rose": _("Meer direct beantwoord dan in de vorige periode, meer dan toeval: %(who)s.", who=who),
        "fell": _("Minder direct beantwoord dan in de vorige periode, meer dan toeval: %(who)s.", who=who),
    }
    return str(sentences[finding.kind])
