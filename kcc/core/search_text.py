"""Dutch words made comparable for search: lemma, stem, and the parts of compounds.

PostgreSQL's own Dutch configuration does not find "Parkeervergunning" by "vergunning parkeren". Here each word is
brought to its lemma, then to its stem, and a compound also to the stems of its parts. What comes out is plain
letters and digits, to be stored as a tsvector and asked for with the configuration `simple`, which leaves it be.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import simplemma
import snowballstemmer

LONGEST_TOKEN = 64
LARGEST_VECTOR = 400_000
LAST_POSITION = 16_383
POSITIONS_EACH = 16
LONGEST_QUERY = 24
SHORTEST_PART = 3
SHORTEST_COMPOUND = 7
LINKS = ("s", "en", "e", "n")
LOWER = {"A": "B", "B": "C", "C": "D", "D": "D"}

_STOP_WORDS = (
    "aan als ben bent bij dan dat de deze die dit doe doen door dus een eens en er ga gaan gaat geen haar "
    "had hallo hebben hebt heeft heb hem het hier hij hoe hun ik in is je jij jou jouw kan kun kunnen "
    "kunt maar mag me meer met mij mijn moet moeten na naar niet nog nu of om ons onze ook op over s t te "
    "tot u uit uw van veel voor waar wanneer waarom was wat we wel welke wie wij wil wilt word worden "
    "wordt zal ze zich zij zijn zo zou zullen "
)
STOP_WORDS = frozenset(_STOP_WORDS.split())

_REFERENCE = re.compile(r"\b([a-z][a-z0-9]{1,5})-([0-9]{2})-([0-9]{1,9})\b", re.ASCII)
_TOKEN = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
_UNFINISHED = re.compile(r"(?:ing?e?|e)$")
_VOWELS = frozenset("aeiou")
_PREFIXES = frozenset(
    ["achter", "bij", "boven", "buiten", "dicht", "midden", "onder", "over", "toe", "tussen", "vast", "voor", "vrij"]
)
_SHORT_WITH_FORMS = frozenset(["bel", "bom", "bos", "bus", "dag", "kat", "man", "pad", "rat", "vis", "weg", "wet"])
_GE = re.compile(r"ge(?=[a-z]{3})")
_STEMMER = snowballstemmer.stemmer("dutch")


def index_terms(text: str, extra_words: frozenset[str] = frozenset()) -> list[str]:
    """The terms under which `text` is found, in reading order: of a compound its own stem, then those of its parts.

    `extra_words` are parts of compounds beside the list of this module, in small letters without accents: names of
    places, words of one municipality. Never raises, whatever the text holds.
    """
    return [term for token in _tokens(text) for term in _terms(token, extra_words)]


def query_terms(text: str, extra_words: frozenset[str] = frozenset()) -> list[str]:
    """The terms that a found text must have, each once: of a compound only its parts, so that they may stand apart."""
    found: dict[str, None] = {}
    for token in _tokens(text):
        terms = _terms(token, extra_words)
        found.update(dict.fromkeys(terms[1:] or terms))
    return list(found)


def to_tsvector_text(text: str, weight: str = "A", extra_words: frozenset[str] = frozenset()) -> str:
    """The text of a tsvector, to be cast with ::tsvector: whole words at `weight` (A to D), parts one step lower.

    Stays below PostgreSQL's limits by leaving out what comes after them. Raises KeyError for an unknown weight.
    """
    part_weight = LOWER[weight]
    positions: dict[str, list[str]] = {}
    size = 0
    for position, token in enumerate(_tokens(text), start=1):
        for number, term in enumerate(_terms(token, extra_words)):
            known = positions.get(term)
            if known is None:
                size += len(term.encode()) + 4
                if size > LARGEST_VECTOR:
                    return _vector(positions)
                known = positions[term] = []
            if len(known) < POSITIONS_EACH:
                known.append(f"{min(position, LAST_POSITION)}{weight if number == 0 else part_weight}")
    return _vector(positions)


def to_tsquery_text(query: str, prefix_last: bool = True, extra_words: frozenset[str] = frozenset()) -> str:
    """The text of a query for to_tsquery('simple', …): all words, each whole or as its parts.

    With `prefix_last` the last word may be half typed, unless a blank follows it. "" when nothing is left to look
    for. Holds only letters, digits and operators of our own, so that PostgreSQL accepts it whatever was typed.
    """
    tokens = _tokens(query, keep_stop_words=True)
    half_typed = tokens[-1] if prefix_last and tokens and not query[-1:].isspace() else None
    words = list(dict.fromkeys(token for token in tokens if token not in STOP_WORDS))[:LONGEST_QUERY]
    clauses = [_clause(token, token == half_typed, extra_words) for token in words]
    return " & ".join(dict.fromkeys(clauses))


def known_words() -> frozenset[str]:
    """The parts of compounds that this module knows by itself."""
    return _WORDS


def _tokens(text: str, keep_stop_words: bool = False) -> list[str]:
    plain = _REFERENCE.sub(_whole_reference, _unaccented(text.lower()))
    tokens = (found[:LONGEST_TOKEN] for found in _TOKEN.findall(plain))
    return [token for token in tokens if keep_stop_words or token not in STOP_WORDS]


def _whole_reference(found: re.Match[str]) -> str:
    # Without its dashes PostgreSQL's parser, too, sees one word.
    return f" {found[1]}{found[2]}{int(found[3]):06} "


def _unaccented(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


@lru_cache(maxsize=50_000)
def _terms(token: str, extra_words: frozenset[str]) -> tuple[str, ...]:
    """The stem of a token, then the stems of its parts when it is a compound."""
    if not token.isalpha() or not token.isascii():
        return (token,)
    # The lemma first: "paspoorten" is no "poort" either.
    parts = split_compound(_lemma(token), extra_words)
    return tuple(dict.fromkeys([_stem(token), *(_stem(part) for part in parts)]))


@lru_cache(maxsize=50_000)
def _lemma(word: str) -> str:
    # The frugal dictionary: each process would hold 40 MiB more, and a word is looked up once.
    lemma = _unaccented(simplemma.lemmatize(word, lang="nl", low_memory=True).lower())
    return lemma if lemma.isascii() and lemma.isalpha() else word


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    lemma = _lemma(word)
    # "melden" and "melding" have different stems; where the noun in -ing exists, the verb takes its stem.
    if lemma.endswith("en") and len(lemma) > 4:
        noun = f"{lemma[:-2]}ing"
        if simplemma.is_known(noun, lang="nl", low_memory=True):
            lemma = noun
    # The stemmer takes every "ge" for a participle and makes "beleid" of "begeleiding"; lemmas have none left.
    return str(_STEMMER.stemWord(_GE.sub("qe", lemma))).replace("qe", "ge") or word


@lru_cache(maxsize=50_000)
def split_compound(word: str, extra_words: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The parts of a compound without their linking letters, or () when it is none: parkeer, vergunning.

    As few parts as possible, each split again when it is a compound itself. A word of the list stays whole when
    it is marked so, as "paspoort", or when a preposition is part of it, as in "overlast".
    """
    if len(word) < SHORTEST_COMPOUND or word in _SOLID:
        return ()
    parts = _fewest_parts(word, extra_words)
    if word in _WORDS and not _PREFIXES.isdisjoint(parts):
        return ()
    return tuple(leaf for part in parts for leaf in split_compound(part, extra_words) or (part,))


def _fewest_parts(word: str, extra_words: frozenset[str]) -> tuple[str, ...]:
    # best[i]: the best way to write the first i letters as parts, each with its linking letters.
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(SHORTEST_PART, len(word) + 1):
        for start in range(end - SHORTEST_PART + 1):
            before = best[start]
            if before is None or (start == 0 and end == len(word)):
                continue
            known = best[end]
            if known is not None and len(known) <= len(before) + 1:
                continue
            part = _part(word[start:end], end == len(word), extra_words)
            if part is not None:
                best[end] = (*before, part)
    return best[-1] or ()


def _part(piece: str, last: bool, extra_words: frozenset[str]) -> str | None:
    """The known word that a piece of a compound is, without the letters that link it to the next one."""
    cores = [piece]
    if not last:
        cores += [piece.removesuffix(link) for link in LINKS if piece.endswith(link)]
    cores = [core for core in cores if len(core) >= SHORTEST_PART]
    for words in (_WORDS, extra_words, _FORMS):
        for core in cores:
            if core in words:
                return core
    return None


def _clause(token: str, half_typed: bool, extra_words: frozenset[str]) -> str:
    whole, *parts = _terms(token, extra_words)
    choices = [_quoted(whole)]
    if parts:
        choices.append(f"({' & '.join(map(_quoted, parts))})")
    if half_typed and token.isalpha():
        # The stem of half a word says little: what was typed, and that without half an ending, are tried as well.
        starts = dict.fromkeys([token, whole, _without_half_ending(token)])
        choices += [f"{_quoted(start)}:*" for start in starts if len(start) >= SHORTEST_PART or start == token]
    elif half_typed:
        choices = [f"{_quoted(token)}:*"]
    return choices[0] if len(choices) == 1 else f"({' | '.join(choices)})"


def _without_half_ending(token: str) -> str:
    start = _UNFINISHED.sub("", token.removesuffix("nin").removesuffix("ni"))
    if len(start) > 3 and start[-1] == start[-2] and start[-1] not in _VOWELS:
        start = start[:-1]
    return start[:-1] + {"z": "s", "v": "f"}.get(start[-1], start[-1]) if len(start) > 3 else token


def _quoted(term: str) -> str:
    return f"'{term}'"


def _vector(positions: dict[str, list[str]]) -> str:
    return " ".join(f"'{term}':{','.join(places)}" for term, places in positions.items())


def _read_words() -> tuple[frozenset[str], frozenset[str]]:
    lines = Path(__file__).with_name("dutch_words.txt").read_text(encoding="utf-8").splitlines()
    words = {word for line in lines if line[:1] not in ("#", "=") for word in line.split()}
    solid = {word for line in lines if line[:1] == "=" for word in line[1:].split()}
    return frozenset(words | solid), frozenset(solid)


def _with_forms(words: Iterable[str]) -> frozenset[str]:
    """The words, their plurals and the stems of verbs: what stands inside compounds."""
    forms = set(words)
    for word in list(forms):
        if len(word) < 4 and word not in _SHORT_WITH_FORMS:
            continue
        forms.update((f"{word}s", f"{word}en", f"{word}e"))
        end, vowel, before = word[-1], word[-2], word[-3]
        if end not in _VOWELS and vowel in _VOWELS and before not in _VOWELS:
            forms.update((f"{word}{end}en", f"{word}{end}e"))
        if end not in _VOWELS and vowel == before and vowel in _VOWELS:
            forms.add(f"{word[:-2]}{end}en")
        if end in "sf":
            forms.add(f"{word[:-1]}{'z' if end == 's' else 'v'}en")
        if word.endswith("en") and len(word) > 5:
            forms.add(_verb_stem(word))
    return frozenset(forms)


def _verb_stem(verb: str) -> str:
    stem = verb[:-2]
    if stem[-1] == stem[-2]:
        return stem[:-1]
    if stem[-1] not in _VOWELS and stem[-2] in _VOWELS and stem[-3] not in _VOWELS:
        stem = f"{stem[:-2]}{stem[-2]}{stem[-2:]}"
    return stem[:-1] + {"z": "s", "v": "f"}.get(stem[-1], stem[-1])


_WORDS, _SOLID = _read_words()
_FORMS = _with_forms(_WORDS)
