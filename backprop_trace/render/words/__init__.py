"""The words of documents in other languages, and numbers with a comma.

Pages speak English; what they say is a key of the table of a language, a module each. `{}` in a key stands for
anything; what stood there is put into `{0}`, `{1}`, ... of the translation, in that language, too. What is in no table
is somebody's own words, and stays as it is.

>>> word("Training step 2", "de"), word("My own title", "de")
('Trainingsschritt 2', 'My own title')
>>> word("2-2-2 network, tanh; gradient descent, learning rate 0.5", "de")
'2-2-2-Netz, tanh; Gradientenabstieg, Lernrate 0.5'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import product

LANGUAGES: Mapping[str, str] = {"en": "", "de": "german"}
"""What is said to `--lang`, and the module with the table."""


@cache
def table(language: str) -> Mapping[str, str]:
    """English, and what stands for it."""
    from importlib import import_module

    words: Mapping[str, str] = import_module(f"{__name__}.{LANGUAGES[language]}").WORDS
    return words


@cache
def page_table(language: str) -> Mapping[str, str]:
    """The same for the page: its own sentences, and all words besides."""
    from importlib import import_module

    return {**table(language), **import_module(f"{__name__}.{LANGUAGES[language]}").PAGE}


@lru_cache(maxsize=4096)
def word(text: str, language: str) -> str:
    """Words of ours in a language."""
    return text if language == "en" else _found(text, language) or text


def sentence(pattern: str, language: str, *inside: str) -> str:
    """A sentence of the table with what stands in its gaps, which is left as it is.

    >>> sentence("Loss at {}", "de", "loss")
    'Verlust bei loss'
    """
    return translated(pattern, language).format(*inside)


def translated(pattern: str, language: str) -> str:
    """What the page says, in a language; gaps are numbered: `{0}`, `{1}`, ..."""
    return _numbered(pattern if language == "en" else page_table(language).get(pattern, pattern))


def is_ours(text: str) -> bool:
    """Are these words of the program, and not somebody's own?"""
    return _found(text, "de") is not None


def _found(text: str, language: str) -> str | None:
    """The translation, spaces around it as they are; of several things said in a row, of each that there is."""
    words, stripped = table(language), text.strip()
    if stripped in words and "{}" not in stripped:
        return text.replace(stripped, words[stripped]) if stripped else None
    for pattern, translated in _patterns(language):
        if match := pattern.fullmatch(stripped):
            inside = translated.format(*(word(part, language) for part in match.groups()))
            return text.replace(stripped, inside)
    for known, joined in product((all, any), _JOINED):
        match = joined.fullmatch(stripped)
        if match and known(_found(part, language) is not None for part in match.groups()):
            whole = stripped
            for number in range(len(match.groups()), 0, -1):
                whole = whole[: match.start(number)] + word(match[number], language) + whole[match.end(number) :]
            return text.replace(stripped, whole)
    return None


_JOINED = tuple(map(re.compile, ("(.+?); (.+)", "(.+): (.+?)", "(.+?): (.+)", r"(.+?) \((.+)\)")))
"""Things that are said one after the other."""


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Those with most words of their own first."""
    keys = sorted((key for key in table(language) if "{}" in key), key=lambda key: -len(key.replace("{}", "")))
    return [
        (re.compile("(.+)".join(map(re.escape, key.split("{}"))), re.DOTALL), _numbered(table(language)[key]))
        for key in keys
    ]


def _numbered(translated: str) -> str:
    """`{}` and `{}` as `{0}` and `{1}`."""
    count = iter(range(translated.count("{}")))
    return re.sub(r"\{\}", lambda match: f"{{{next(count)}}}", translated)
