"""`python -m kcc.launch translations`: put the English catalogue in order and compile it; says what is still missing."""

from collections.abc import Sequence

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kcc.launch.places import ROOT, say

CATALOGUE = ROOT / "kcc" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
REFUSALS = ("InvalidInput", "InvalidState", "NotAllowed", "NotFound", "Conflict", "CalendarError", "CalendarNeverOpens")
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
KEYWORDS |= dict.fromkeys(REFUSALS)
SOURCES = {"kcc": [("**.py", "python")], "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")]}


def said() -> dict[str | tuple[str, ...], str]:
    """Every message id in the code and the templates, with the first file that says it."""
    found: dict[str | tuple[str, ...], str] = {}
    for folder, method_map in SOURCES.items():
        for name, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder),
            method_map=method_map,
            keywords=KEYWORDS,  # type: ignore[arg-type]
        ):
            found.setdefault(message, f"{folder}/{name}")
    return found


def read_catalogue() -> Catalog:
    """The English catalogue as it stands."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def main(arguments: Sequence[str] = ()) -> int:
    """Sort, drop what nobody says any more, compile; exit code 1 while a message has no English yet."""
    catalogue = read_catalogue()
    wanted = {message if isinstance(message, str) else message[0]: message for message in said()}
    for message in list(catalogue):
        key = message.id if isinstance(message.id, str) else message.id[0] if message.id else ""
        if key and key not in wanted:
            catalogue.delete(message.id)
    for said_there in wanted.values():
        catalogue.add(said_there)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=0, sort_output=True, omit_header=False, no_location=True)
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    missing = [message.id for message in catalogue if message.id and not _is_translated(message.string)]
    for text in missing:
        say(f"zonder Engels: {text}")
    return 1 if missing else 0


def _is_translated(string: object) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)
