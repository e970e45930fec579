"""The settings of the queue in plain Dutch: what each is called and what it does."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

GROUPS = {
    "fair": _l("Wie gaat voor?"),
    "surge": _l("Als één gemeente ineens veel belt"),
    "offer": _l("Aanbieden aan medewerkers"),
    "between": _l("Mail en formulieren tussen de gesprekken door"),
    "same": _l("Dezelfde medewerker"),
    "callback": _l("Terugbellen"),
}
UNITS = {
    "s": _l("seconden"),
    "%": _l("procent"),
    "min": _l("minuten"),
    "uur": _l("werkuren"),
    "keer": _l("keer"),
    "gesprekken": _l("gesprekken"),
    "bellers": _l("bellers"),
}
LABELS = {
    "kappa": _l("Kracht van de afspraak"),
    "clip": _l("Grootste achterstand die telt"),
    "prior_weight": _l("Rust aan het begin van de dag"),
    "starving_after": _l("Niemand wordt nog voorbijgegaan na"),
    "basic_factor": _l("Gewicht van basiskennis"),
    "bucket_factor": _l("Het is een piek vanaf"),
    "bucket_burst": _l("Speling voordat het een piek heet"),
    "out_of_profile_factor": _l("Gewicht van bellers boven de verwachting"),
    "offer_seconds": _l("Een aanbod gaat over"),
    "boost_step": _l("Voorsprong na een gemist aanbod"),
    "language_wait": _l("Wachten op iemand die de taal spreekt"),
    "interruptible": _l("Mail wijkt voor een beller"),
    "most_interruptions": _l("Zo vaak wijkt dezelfde mail"),
    "reserve_share": _l("Vrij houden voor bellers"),
    "sticky_live_least": _l("Wachten op de vaste medewerker: beller"),
    "sticky_async_hours": _l("Wachten op de vaste medewerker: mail"),
    "callback_offer_after": _l("Terugbellen aanbieden boven een verwachte wachttijd van"),
    "callback_always_after": _l("Altijd aanbieden na"),
    "callback_window": _l("Binnen deze tijd bellen we terug"),
    "callback_urgent_share": _l("Terugbellen krijgt voorrang als verstreken is"),
}
HINTS = {
    "kappa": _l(
        "Hoe sterk een gemeente voorgaat die vandaag achterloopt op haar afspraak. 0: alleen de wachttijd telt."
    ),
    "clip": _l("Achterlopen telt tot zoveel procentpunten. Zo drukt één slechte ochtend de rest niet weg."),
    "prior_weight": _l(
        "Zoveel gesprekken op de norm tellen vooraf mee. Zo beslist de eerste beller van een kleine gemeente niets."
    ),
    "starving_after": _l("Wie zo lang wacht, gaat voor iedereen in dezelfde klasse die later kwam."),
    "basic_factor": _l("Lager: een medewerker met basiskennis neemt eerst bellers van de eigen gemeenten."),
    "bucket_factor": _l("Zoveel keer de verwachte aanloop van het halfuur. Bellers daarboven tellen minder zwaar."),
    "bucket_burst": _l("Zoveel bellers mogen er op een moment extra zijn."),
    "out_of_profile_factor": _l("100: een piek van één gemeente raakt alle gemeenten even hard."),
    "offer_seconds": _l("Daarna gaat het naar een collega, met de wachttijd die het al had."),
    "boost_step": _l("Wachttijd die erbij telt als een aanbod niet werd opgenomen."),
    "language_wait": _l("Daarna mag iedereen het oppakken."),
    "interruptible": _l("Wie een mail beantwoordt, krijgt de beller. Het concept blijft bewaard."),
    "most_interruptions": _l("Daarna wordt die mail niet meer onderbroken."),
    "reserve_share": _l(
        "Deel van de medewerkers dat vrij blijft. Telt alleen als mail niet wijkt; anders blijft er één vrij."
    ),
    "sticky_live_least": _l("Zo lang wacht een beller op wie de zaak kent, of de helft van de norm als dat langer is."),
    "sticky_async_hours": _l("Zo lang wacht een antwoord op een lopende zaak op wie die behandelde."),
    "callback_offer_after": _l("Lager: meer bellers worden teruggebeld en minder hangen op."),
    "callback_always_after": _l("Wie zo lang wacht, krijgt het aanbod ook."),
    "callback_window": _l("Dit is een belofte aan de beller."),
    "callback_urgent_share": _l("Dit deel van de beloofde tijd. Daarna gaat terugbellen voor nieuwe bellers."),
}
