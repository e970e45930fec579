"""Finding a topic by what an agent types: names, synonyms and national product names, forgiving of typing errors."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kcc.core.search_text import index_terms, query_terms

LONGEST_READ = 4000
"""Characters of a text in which a topic is looked for: what a letter is about stands at its beginning."""
LEAST_LIKENESS = 0.34
"""Below this share of common letter groups two words only look alike by chance."""


@dataclass(frozen=True)
class TopicChoice:
    """A topic as one municipality offers it, to choose from. ``group`` is the Dutch heading above it."""

    id: int
    name: str
    group: str
    synonyms: tuple[str, ...]
    needs_bsn: bool
    upn: str | None


def best_topics(topics: Sequence[TopicChoice], text: str, limit: int) -> list[TopicChoice]:
    """Topics that fit ``text`` best, best first; all words must fit somewhere. Nothing typed: the first ``limit``."""
    words = _words(text)
    if not words:
        return list(topics[:limit])
    scored = [(score, topic) for topic in topics if (score := _score(topic, words)) > 0]
    scored.sort(key=lambda pair: (-pair[0], pair[1].name))
    return [topic for _score_of_it, topic in scored[:limit]]


def suggested_topic(topics: Sequence[TopicChoice], text: str) -> TopicChoice | None:
    """The topic that a whole text is about: it holds all words of one of its names; None when none or two fit equally.

    Words that few topics have weigh more, so that "paspoort" decides and "aanvragen" does not.
    """
    said = set(index_terms(text[:LONGEST_READ]))
    names = {topic.id: [query_terms(name) for name in (topic.name, *topic.synonyms)] for topic in topics}
    shared = Counter(term for found in names.values() for term in {t for phrase in found for t in phrase})
    scored = []
    for topic in topics:
        fits = [
            sum(1 / shared[term] for term in phrase) for phrase in names[topic.id] if phrase and said >= set(phrase)
        ]
        if fits:
            scored.append((max(fits) + 0.1 * sum(fits), topic))
    scored.sort(key=lambda pair: -pair[0])
    if not scored or (len(scored) > 1 and scored[0][0] - scored[1][0] < 1e-9):
        return None
    return scored[0][1]


def _score(topic: TopicChoice, words: list[str]) -> float:
    """How well all typed words fit one topic; 0 when one of them fits nowhere."""
    sources = [(topic.name, 3.0), *((synonym, 2.5) for synonym in topic.synonyms), (topic.upn or "", 1.5)]
    known = [(word, weight) for text, weight in sources for word in _words(text)]
    total = 0.0
    for word in words:
        best = max((_fit(word, other) * weight for other, weight in known), default=0.0)
        if best == 0:
            return 0.0
        total += best
    typed = " ".join(words)
    # The whole of a name or synonym, or its beginning, is what somebody in a hurry meant.
    if any(" ".join(_words(text)).startswith(typed) for text, _weight in sources if text):
        total += 3.0
    return total / len(words)


def _fit(typed: str, word: str) -> float:
    if typed == word:
        return 1.0
    if word.startswith(typed):
        return 0.9
    if len(typed) >= 3 and typed in word:
        return 0.7
    if len(word) >= 5 and word in typed:
        return 0.5
    if len(typed) < 4:
        return 0.0
    likeness = _likeness(typed, word)
    return likeness * 0.6 if likeness >= LEAST_LIKENESS else 0.0


def _likeness(a: str, b: str) -> float:
    """The share of letter groups of three that two words have in common, from 0 to 1."""
    left, right = _groups(a), _groups(b)
    return len(left & right) / len(left | right)


def _groups(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


def _words(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain).split()
