"""Text to the names of quantities: every spelling of each.

>>> from backprop_trace.formulas.expr import LOSS, Name, derivative
>>> delta = derivative(LOSS, Name("net", "o1"))
>>> words = Vocabulary({delta})
>>> words.read("δ_o1") == words.read("dE/dnet_o1") == delta
True
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping

from backprop_trace.formulas.expr import LOSS, Name, derivative

LABEL = re.compile(r"[^\W\d][\w^]*")
_PLACE = re.compile(r"(?P<rest>.*?)(?:@(?P<time>-?\d{1,9}))?(?:\[(?P<sample>\d{1,9})\])?", re.DOTALL)
_DERIVATIVE_OF = (
    re.compile(r"d(?P<of>.+?)/d(?P<wrt>[^:]+)(?::(?P<via>.+))?"),
    re.compile(r"d(?P<of>[^/:]+?)_d(?P<wrt>[^/:]+)(?::(?P<via>.+))?"),
    re.compile(r"d(?P<of>[EJLC])d(?P<wrt>[^/:]+)(?::(?P<via>.+))?"),
)
_ACROSS_TIME = re.compile(r"d(?P<of>[^/]+)@(?P<time>\d{1,9})/d(?P<wrt>[^:@]+)")
_GREEK = str.maketrans({"∂": "d", "δ": "delta_", "Δ": "change_", "η": "eta", "′": "'", "·": "*"})

# what stands before a label, and the kind it means; the canonical spelling first
_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "net": ("net", "z", "in", "I"),
    "out": ("out", "a", "O", "output"),
    "target": ("target", "t"),
    "E": ("E", "loss"),
    "error": ("error", "e"),
    "change": ("change",),
}
_TOTAL_LOSS = ("E", "E_total", "Etotal", "Err_total", "total_error", "error_total", "loss", "L", "J", "C", "cost")
_DELTA = ("delta", "Err")
_AFTER = re.compile(r"(?P<of>.+?)(?:\+|'|_new|_plus|\^\+)|new_(?P<of2>.+)|(?P<of3>.+)_neu")


MOST_REMEMBERED = 100_000
LONGEST_NAME = 300


def normal(text: str) -> str:
    """A name as it is compared, however its letters were typed (NFKC): a full-width w is a w, w₁ is w1, the micro
    sign is a mu. Whatever reads a name reads it by this."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text.strip())


class Vocabulary:
    """The names an example knows, and every way of spelling them.

    `names` are the quantities there are; `by_output` and `loss_adds_up` (see network.Listing) say where dE_o1/dx
    is a term of dE/dx, or dE/dx itself; `spellings` are further ones, by layers for instance. Where a step uses one
    sample of several, `lone_sample` is its number, which may be left out or put in anywhere.
    """

    def __init__(
        self,
        names: Container[Name],
        by_output: Container[Name] = (),
        loss_adds_up: bool = True,
        spellings: Mapping[str, Name] | None = None,
        lone_sample: int | None = None,
    ):
        self.names, self.by_output, self.loss_adds_up = names, by_output, loss_adds_up
        self.spellings, self.lone_sample = spellings or {}, lone_sample
        self._known: dict[str, Name | None] = {}

    def read(self, text: str) -> Name | None:
        """The quantity a spelling stands for, or None. A file's own names beat synonyms; longer ones are none."""
        if len(text) > LONGEST_NAME:
            return None
        if text not in self._known:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, text: str) -> Name | None:
        text = text.strip()
        if text in self.spellings:
            return self.spellings[text]
        as_typed, as_meant = normal(text), normal(text.translate(_GREEK)).replace(" ", "").replace("__", "_")
        found = self._find(as_typed)
        return found if found is not None or as_typed == as_meant else self._find(as_meant)

    def _find(self, text: str) -> Name | None:
        match = _PLACE.fullmatch(text)
        if not match or not match["rest"]:
            return None
        sample = int(match["sample"]) if match["sample"] else None
        time = int(match["time"]) if match["time"] else None
        return next((name for name in self._placed(match["rest"], sample, time) if name in self.names), None)

    def _placed(self, text: str, sample: int | None, time: int | None) -> Iterator[Name]:
        if time is not None and (match := _ACROSS_TIME.fullmatch(text)):
            for of in self._atoms(match["of"]):
                for wrt in self._atoms(match["wrt"]):
                    there, here = of._replace(time=int(match["time"])), wrt._replace(time=time)
                    yield Name("d", "", there, here, sample=sample)
        for name in self._readings(text):
            yield name._replace(sample=sample, time=time)
            if sample is None and self.lone_sample is not None:
                yield name._replace(sample=self.lone_sample, time=time)
            if sample == (self.lone_sample or 1):  # an example of one sample has no numbers
                yield name._replace(time=time)

    def _readings(self, text: str) -> Iterator[Name]:
        """Every name a text without its place could mean, the likeliest first."""
        yield from self._atoms(text)
        if text.endswith("^+"):  # a^ after the update, or a with a raised plus
            yield from (Name("+", of=of) for of in self._atoms(text[:-1]))
        if match := _AFTER.fullmatch(text):
            for of in self._atoms(match["of"] or match["of2"] or match["of3"]):
                yield Name("+", of=of)
        for pattern in _DERIVATIVE_OF:
            if match := pattern.fullmatch(text):
                yield from self._derivatives(match["of"].strip("()"), match["wrt"].strip("()"), match["via"])
        if text.startswith(("grad_", "g_", "gradient_")):
            yield from (derivative(LOSS, wrt) for wrt in self._atoms(text.partition("_")[2]))

    def _derivatives(self, of_text: str, wrt_text: str, via_text: str | None) -> Iterator[Name]:
        via = _via(via_text) if via_text else None
        for of in self._atoms(of_text):
            for wrt in self._atoms(wrt_text):
                yield derivative(of, wrt, via)
                if of.kind == "E" and of.label:
                    if wrt in self.by_output:
                        yield derivative(LOSS, wrt, Name("", of.label))
                    if wrt.label == of.label and self.loss_adds_up:
                        yield derivative(LOSS, wrt)

    def _atoms(self, text: str) -> Iterator[Name]:
        """Names that are no derivatives: w5, net_h1, E, delta_o1 (which is a derivative, spelled as none)."""
        yield from (Name("", text), Name("rule", text))
        for kind, prefixes in _PREFIXES.items():
            for prefix in prefixes:
                yield from (Name(kind, label) for label in _after_prefix(text, prefix))
        for prefix in _DELTA:
            yield from (derivative(LOSS, Name("net", label)) for label in _after_prefix(text, prefix))
        kind, underscore, label = text.partition("_")
        if underscore and label:
            yield Name(kind, label)
        if text in _TOTAL_LOSS:  # E_total is E, unless it is the loss at a unit that is called so
            yield LOSS


def _via(text: str) -> Name:
    label, _, time = text.partition("@")
    return Name("", label, time=int(time) if time else None)


def _after_prefix(text: str, prefix: str) -> tuple[str, ...]:
    """The label after a prefix: net_h1 and neth1 both say h1."""
    if not text.startswith(prefix) or len(text) == len(prefix):
        return ()
    rest = text[len(prefix) :]
    return (rest[1:],) if rest[0] == "_" else (rest,)
