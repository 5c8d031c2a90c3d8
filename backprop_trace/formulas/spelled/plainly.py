"""A spelling in plain letters, without the words around it: habits that say the same become one spelling.

>>> simple("∂E/∂w₅"), simple("ŷ₁"), simple("net input of h1"), without_prose("So the total error is E")
('dE/dw_5', 'yhat_1', 'net_input_h1', 'E')
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from backprop_trace.formulas.paper import lowered

_HATTED = {"ŷ": "yhat", "Ŷ": "yhat", "ô": "ohat", "â": "ahat"}
_RAISED = str.maketrans({**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)), "⁺": "+", "⁽": "(", "⁾": ")"})
_OF = re.compile(
    r"\b(net input|local gradient|error (?:back-?)?propagated|"
    r"weighted (?:sum|input)|net|input|activation|output|out|delta|target|error (?:term|signal)|error|"
    r"loss|cost|sum|summe|"
    r"eingabe|eingang|netzeingabe|netzinput|nettoeingabe|gewichtete summe|ausgabe|ausgang|aktivierung|"
    r"fehlersignal|fehler|zielwert|entrée nette|entree nette|somme pondérée|entrada neta|suma ponderada|entrada|entrée|"
    r"sortie|salida|activación|erreur|uscita|saída)(?: value)?\s+"
    r"(?:(?:of|at|for|to|in|into|von|an|am|bei|für|des|der|de|du|del|di|do|en|à)\s+(?:(?:the|la|le|el)\s+)?|de l['’])",
    re.IGNORECASE,
)
_ARTICLES = re.compile(
    r"(?:(?:the|our|der|die|das|let|const|var|val|auto|mut|assert|final|static|tensor|array|(?:double|float|f(?:32|64))(?:\[\])*)\s+)+"
    r"(?=\S)",
    re.IGNORECASE,
)
"""What stands before a name in a sentence or a program."""
_UNIT = re.compile(
    r"\b(?:(hidden|output|verdeckte[nrs]?|ausgabe|ausgangs)[ _-]?(?:layer )?)?"
    r"(?:unit|neuron[ae]?|node|knoten|einheit|nodo|noeud|nœud)s?"
    r"(?:[ _](?:number |no\. |#)?)?(?=\w)",
    re.IGNORECASE,
)
"""`hidden unit 1`, `Ausgabeneuron 2`, `neuron h1`"""
_ABOVE = re.compile("[\u20d0-\u20dc\u0304\u0305\u0332]")
"""Arrows and bars of vectors."""
_ORDINALS = ("first", "second", "third")
_ORDINAL = re.compile(r"\b(first|second|third) (hidden|output)\b(?: layer)?(?: (?:unit|neuron|node))?", re.IGNORECASE)
"""`second output neuron`"""
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾]+")
_GREEK = {
    "∂": "d",
    "δ": "delta",
    "Δ": "change_",
    "∆": "change_",
    "η": "eta",
    "∇": "grad_",
    "θ": "theta",
    "ε": "epsilon",
    "ω": "w",
}


_WITH_RESPECT_TO = r"(?:wrt|w\.r\.t\.?|with respect to|nach|bezüglich|bzgl\.?|par rapport à|(?:con )?respecto (?:a|de))"
_DERIVATIVE = r"(?:(?:derivative|gradient|ableitung|dérivée|derivada)(?: partielle| parcial)?)"
_SAME = [
    (re.compile(pattern, re.IGNORECASE), written)
    for pattern, written in (
        (r"""(?:grads?|gradients?)\[["']d?_?(\w+)["']\]""", r"grad_\1"),
        (r"""(?:params?|parameters|cache|weights)\[["'](\w+)["']\]""", r"\1"),
        (r"(?:delta_)?nabla_(\w.*)", r"grad_\1"),
        (r"(?:model|net|layers|self\.\w+)(?:\[|\.)(\d+)\]?\.(weight|bias)(.*)", r"layers\1.\2\3"),
        (
            rf"(?:(?:partial )?(?:partial|{_DERIVATIVE}) (?:of|von|de) (?:the )?)?"
            rf"(?!grad|slope|deriv|dériv|ableit|partial)d?_?(\w+) {_WITH_RESPECT_TO} (.+)",
            r"d\1/d\2",
        ),
        (r"(.+?)_?(\d+)_(true|pred|hat)", r"\1_\3_\2"),
        (r"(h|o|hidden|output)_(in|out|net|input|output)_?(\d+)", r"\2_\1\3"),
        (r"((?-i:.*[a-z]))((?-i:Out|In|Net|Input|Output))_?(\d*)", r"\2_\1\3"),
        (r"(.*)weight[_ ]?(\d+)(.*)", r"\1w\2\3"),
        (r"(?:total )?(net|weighted|error) (input|sum|term|signal) (\w+)", r"\1_\2_\3"),
        (r"([wbvWBV])_?new_?(\d+)", r"\1\2_new"),
        (r"(.+) (?:becomes|is now|wird(?: zu)?|devient)", r"\1_new"),
        (r"(?:delta|del|change_) ?(\S+?)/(?:delta|del|change_) ?(\S+)", r"d\1/d\2"),
        (r"grad_[EJLC]\((\w+)\)", r"grad_\1"),
        (rf"(?:partial )?(?:partial|{_DERIVATIVE}) {_WITH_RESPECT_TO} (.+)", r"grad_\1"),
        (r"(?:d|grad)_(\w+) ([EJLC](?:_\w+)?)", r"d\2/d\1"),
        (r"\(([^()]+)\)", r"\1"),
        (r"d ?/ ?d ?(\w+) \(?([EJLC](?:_\w+)?)\)?", r"d\2/d\1"),
        (
            r"(net|in|out|o|a|z|s|delta|err|error)_?(\d+)[_ ]?(?:\^?\((h|o|hidden|output|out)\)|\^(h|o|hidden|out))",
            r"\1_\3\4\2",
        ),
        (r"(net|in|a|z|s|delta|err|error)\^\(?(h|o|hidden|output|out)\)?_?(\d+)", r"\1_\2\3"),
        (r"(h|o|y)_?(\d+)\^(in|out|net)", r"\3_\1\2"),
        (r"p\((?:class |y ?= ?|c)(\d)(?:\|x)?\)", r"probs[\1]"),
        (r"(sigmoid|tanh|relu|softmax|exp) (?:of|applied to) (.+)", r"\1(\2)"),
        (r"(?:d ?(\w+) by d ?(\w+))", r"d\1/d\2"),
        (r"partial (\w+) ?/ ?partial (\w+)", r"d\1/d\2"),
        (r"sensitivity of \w+ (?:to|wrt) (\w+)", r"grad_\1"),
        (r"(.+)\.(?:data|item\(\)|value|detach\(\)|numpy\(\))", r"\1"),
        (r"""(\w+)\[["'](\w+)["']\]""", r"\1_\2"),
        (r"(?:self|this)\.(\w+)", r"\1"),
        (r"(layer_?\d+|hidden|output)\.(output|out|input|net|delta)", r"\1_\2"),
        (r"(.+) at (?:time ?)?step (\d+)", r"\1@\2"),
        (r"(.+?)(?: value| is)", r"\1"),
    )
]
"""Habits, each with the spelling that says the same."""


@lru_cache(maxsize=4096)
def simple(text: str) -> str:
    """A spelling in plain letters: ŷ₁ is yhat_1, z²₁ is z^2_1, ∂E/∂w₅ is dE/dw_5, ∇w8 is grad_w8."""
    text = unquoted(text)
    for sign, plain in _HATTED.items():
        text = text.replace(sign, plain)
    text = _RAISED_RUN.sub(lambda found: "^" + found.group().translate(_RAISED), lowered(text)).translate(_RAISED)
    text = text.replace("′", "'").replace("’", "'").replace("−", "-").replace("∕", "/").replace("\\", "")
    text = re.sub(r"^\{(.*)\}$", r"\1", text)
    text = re.sub(r"\{([^{}]*)\}", r"\1", text)
    for sign, plain in _GREEK.items():
        text = text.replace(sign, plain)
    text = _ORDINAL.sub(_counted, _ARTICLES.sub("", text))
    text = _UNIT.sub(lambda found: _whose(found[1] if found.string[found.end()].isdecimal() else None), text)
    text = _OF.sub(lambda found: found[1].replace(" ", "_") + "_", text)
    text = unicodedata.normalize("NFKC", _ABOVE.sub("", text)).replace("y\u0302", "yhat").replace("\u0302", "hat")
    text = re.sub(r"\s+", " ", text.replace("__", "_")).strip()
    for pattern, same in _SAME:
        if found := pattern.fullmatch(text):
            return found.expand(same)
    return text


def _counted(found: re.Match[str]) -> str:
    return f"{found[2]} unit {_ORDINALS.index(found[1].lower()) + 1}"


def _whose(layer: str | None) -> str:
    """`hidden unit 1` is a number in a layer, `neuron h1` has a name."""
    return "" if layer is None else "hidden_" if layer[0] in "hHvV" else "output_"


_VERBS = re.compile(
    r".*\b(?:is|are|get|gets|gives|have|has|becomes|be|equals|calculate|compute|find|obtain|with|where|ist|folgt|"
    r"ergibt sich|gilt|est|on a|obtient|obtenemos|tenemos)\s+",
    re.I,
)
_HARMLESS = re.compile(
    r"(?:(?:the|so|thus|then|therefore|hence|now|finally|next|somit|daraus|damit|also|donc|alors|ainsi|entonces|luego|"
    r"por (?:lo )?tanto|given|and|for|at|value|weights?|bias|hidden|unit|neuron|node|layer|"
    r"total|cost|loss|our|a|an|first|also|step|updated|forward|backward|pass|out|(?:sum|value) of)(?:,\s*|\s+)|"
    r"d['’]où\s+)+"
    r"(?=\S*[\W\d_]|\S{1,2}$)",
    re.I,
)


_WORDS_FOR_IT = re.compile(
    r"(?:(?:the|total|overall|new|weighted|net|error|learning|weight|local|output|hidden|partial|first|second)[ -])*"
    r"(?:(?:error|loss|cost)(?: function)?|fehler|\w+fehler|signal|fehlersignal|term|delta|gradient|input|sum|"
    r"netzeingabe|activation|aktivierung|probability|logit|change|update|\w*änderung|rate|lernrate|derivative|ableitung)\s+"
    r"(?P<symbol>[∂δΔη∇]\S*|[EJLCzZaA][_^{(]?\w*\S*|(?:net|out|delta|grad|dE|dL|dJ|dC)[_/(]?\S*)",
    re.IGNORECASE,
)


_BEHIND_COMMA = re.compile(
    r"(?:(?:the|total|overall|weighted|net|error|hidden|local) )*(?:input|output|error|activation|sum|term|delta|loss|"
    r"cost|target|gradient)s?, (?P<symbol>[^\s,]+)",
    re.IGNORECASE,
)
_ADJECTIVES = re.compile(
    r"(?:(?:network|softmax|final|computed|calculated|squared|half|individual|local|(?:back-?)?propagated|resulting|partial|"
    r"tatsächliche[rns]?|quadratische[rns]?|berechnete[rns]?|partielle[rns]?)\s+)+(?=\w)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(
    r"\s+\((?!new|neu|updated|next|after (?:the )?(?:update|step|training))"
    r"(?:[^()\d]*|(?:(?:hidden|output) )?(?:layer|neuron|unit|node)[^()]*)\)$"
)


def plainer(text: str) -> str:
    """`tatsächliche Ausgabe o1` and `Net h1 (z)` say no more than `Ausgabe o1` and `Net h1`."""
    return _IN_BRACKETS.sub("", _ADJECTIVES.sub("", text.strip(), count=1))


def symbol_behind(text: str) -> str:
    """`Gesamtfehler E` and `error signal δ_o1` have the symbol behind the words, `Net input, I_4` behind a comma;
    nothing if there is none."""
    found = _WORDS_FOR_IT.fullmatch(text.strip()) or _BEHIND_COMMA.fullmatch(text.strip())
    return found["symbol"] if found else ""


def without_prose(text: str) -> str:
    """`So the total error is E` is E."""
    text = _VERBS.sub("", text.strip(), count=1)
    return _HARMLESS.sub("", text, count=1) if _HARMLESS.match(text) else text


def unquoted(text: str) -> str:
    """Without the quotation marks around it: w3' keeps its prime."""
    text = text.strip().strip("`").strip()
    while len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        text = text[1:-1].strip()
    return text
