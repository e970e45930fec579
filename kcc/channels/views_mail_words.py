"""What screens say about mail: why it is in quarantine, what kind of machine sent it, what became of ours."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

REASON_WORDS = {
    "automatic": _l("Verstuurd door een machine. Er is niets op geantwoord."),
    "unknown_address": _l("Gestuurd naar een adres dat geen gemeente heeft."),
    "failed": _l("Het verwerken mislukte drie keer."),
    "not_taken": _l("De gemeente kan nog geen vragen aannemen: er is geen onderwerp ingesteld."),
    "timeout": _l("Het lezen duurde te lang en is gestopt."),
    "crash": _l("Het lezen liep vast en is gestopt."),
    "memory": _l("Het lezen kostte te veel geheugen en is gestopt."),
    "unreadable": _l("Dit bericht is niet te lezen."),
    "limit_size": _l("Het bericht is groter dan 35 MB."),
    "limit_header": _l("De kop van het bericht is onwaarschijnlijk lang."),
    "limit_parts": _l("Het bericht heeft meer dan duizend onderdelen."),
    "limit_depth": _l("Het bericht zit dieper in elkaar dan een brief kan zitten."),
    "limit_answer": _l("Het bericht is te groot om te tonen."),
}
AUTOMATIC_WORDS = {
    "bounce": _l("bezorgbericht"),
    "read_receipt": _l("leesbevestiging"),
    "complaint": _l("klacht van een mailserver"),
    "auto_reply": _l("automatisch antwoord"),
    "loop": _l("kringloop"),
    "list": _l("nieuwsbrief of lijst"),
    "generated": _l("door een systeem gemaakt"),
    "null_sender": _l("zonder afzenderadres"),
    "suppress": _l("wil geen automatisch antwoord"),
}
OUTGOING_WORDS = {
    "queued": _l("vertrekt zo"),
    "sending": _l("wordt verstuurd"),
    "sent": _l("verstuurd"),
    "withdrawn": _l("teruggehaald"),
    "failed": _l("niet verstuurd"),
    "in_doubt": _l("onzeker of hij aankwam"),
    "bounced": _l("niet aangekomen"),
    "no_mail_server": _l("geen mailserver ingesteld"),
    "settled": _l("anders opgelost"),
}
OUTGOING_KINDS = {
    "queued": "info", "sending": "info", "sent": "ok", "withdrawn": "neutral", "failed": "late", "in_doubt": "warn",
    "bounced": "late", "no_mail_server": "late", "settled": "neutral",
}  # fmt: skip
TROUBLE_WORDS = {
    "failed": _l("De mailserver heeft deze mail niet aangenomen."),
    "in_doubt": _l("De verbinding brak af terwijl de mail werd verstuurd. Hij kan zijn aangekomen."),
    "bounced": _l("De mailserver van de inwoner stuurde deze mail terug. Controleer het adres."),
    "no_mail_server": _l("Er is geen mailserver ingesteld. Waarschuw uw beheerder."),
}
STATE_WORDS = {
    "stored": _l("wordt gelezen"),
    "ticketed": _l("nieuwe vraag"),
    "attached": _l("bij een vraag gevoegd"),
    "duplicate": _l("dubbel ontvangen"),
    "quarantined": _l("wacht op een besluit"),
    "dismissed": _l("geen vraag"),
}
BOX_FAULTS = {
    "unreachable": _l("de mailserver is niet bereikbaar"),
    "login": _l("de mailserver weigert het wachtwoord"),
    "folder": _l("de map op de mailserver is er niet"),
    "protocol": _l("de mailserver geeft een onbegrijpelijk antwoord"),
    "key": _l("het wachtwoord kan niet worden geopend; stel het opnieuw in"),
    "refused": _l("een bericht kon niet worden bewaard"),
}
SOURCE_WORDS = {
    "lmtp": _l("bezorgd"),
    "smtp": _l("bezorgd"),
    "imap": _l("opgehaald uit de mailbox"),
    "feed": _l("met de hand ingelezen"),
}
