"""The marks around an atom: new, old, change, gradient, slope, quotient, transpose.

A way of writing `w5+`, `change_w5`, `dE/dw5` or `f'(net_o1)` is a pattern here; what stands inside it is an atom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_trace.formulas.expr import LOSS, Name, after, derivative
from backprop_trace.formulas.spelled.atoms import LONGEST_NAME, Atoms, gradient_of
from backprop_trace.formulas.spelled.plainly import simple
from backprop_trace.formulas.spelled.shape import Reading, Shape, each_marked, one
from backprop_trace.formulas.spelled.words import ACTIVATIONS, NET, NameNotation

_ARTICLE = r"(?:the |of |for |at |von |der |für |de |du |del |la |le |el |weight |gewicht |poids |peso |w\.?r\.?t\.? )*"
_UPDATED = r"(?:backprop(?:agation)?|training|mise à jour|actualización|(?:(?:one|1|a) )?(?:update|step|iteration))"
_OLD = (
    re.compile(
        r"(?:old|initial|current|alte?[srn]?|ancien(?:ne)?|anterior)[ _]"
        r"(?:weight |value (?:of )?|wert |gewicht |poids |peso )?(?P<of>.+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<of>.+?)[ _^]*\(?(?:old|alt|init|initial|\(0\))\)?", re.IGNORECASE),
)
_NEW = (
    re.compile(
        r"(?:new|updated|update|neue?[srn]?|aktualisierte[srn]?|next|nouveau|nouvelle|nuev[oa]|nuov[oa]|nov[oa]|"
        r"actualizado)[ _]"
        rf"(?:(?:weight|bias|value|gewicht|wert|poids|peso|biais|sesgo|valeur|valor)s?[ _]{_ARTICLE})?(?P<of>.+)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:(?:after|nach|après|después de) (?:the |dem |der |la |el )?{_UPDATED}[,:]?|(?:weight|gewicht|poids|peso) "
        r"(?:updated|new|neu|nouveau|mis à jour|nuevo|actualizado)) (?P<of>.+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<of>.+?)[ _^]*[(\[]?(?:new|updated|neu|next|upd|plus|prime|nouveau|nuevo|actualizado|mis à jour|"
        rf"update|(?:after|nach|après|después de)(?: (?:the |dem |der |la |el )?{_UPDATED})?|"
        r"at t ?\+ ?1|[tkn] ?\+ ?1)[)\]]?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<of>.+?)\^?_?(?:\+|\*|'|\(1\)|\[t\+1\]|\(\+\))"),
)
_CHANGE = (
    re.compile(
        rf"(?:changes?|update|delta|step|adjustment|änderung|anpassung|variation|cambio)[ _](?:in |to )?{_ARTICLE}"
        r"(?:weights? (?:of |for |from )?)?(?P<of>.+)",
        re.IGNORECASE,
    ),
    re.compile(r"change_?(?P<of>.+)"),
    re.compile(r"delta_?(?P<of>[a-z].*)", re.IGNORECASE),
    re.compile(r"(?:(?P<of>.+)[_ ](?:change|delta|update|step))"),
)
_GRADIENT = (
    re.compile(
        r"(?:(?:average|avg|mean|total) )?"
        r"(?:gradient[es]?|grad|derivative|slope|ableitung|steigung|dérivée|derivada)[ _]?"
        rf"(?:of |e |l |loss )?{_ARTICLE}\(?(?P<of>[^()]+(?:\([^()]*\))?)\)?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<of>.+?)[._ ](?:grad|gradient)", re.IGNORECASE),
    re.compile(r"(?:grads?|gradients?)\[['\"]?d?(?P<of>\w+)['\"]?\]", re.IGNORECASE),
    re.compile(r"(?P<of>[wbvuWBVU]\w*)_error"),
    re.compile(r"g_?(?P<of>[wbWB_].*)"),
    re.compile(r"g_(?P<of>(?:[hzaoy]|net|out).*)"),
    re.compile(r"grad_(?P<of>.+?)(?:\(?[EJLC]\)?)"),
)
_CAPITAL_DELTA = re.compile(r"change__?(?P<of>.+)")
"""Some write the delta of a unit so."""
_SUBSCRIPT = re.compile(r"[EJLC]_(?P<of>[wbvuWBVU]\w*)")
_DIFFERENCE = re.compile(r"(?P<of>[^\W\d]\w*) ?- ?(?:y|t|d|Y|T|target|targets|labels?|y_true|one_?hot)")
_D = re.compile(r"d_?(?P<of>[A-Za-z].*)")
_SLOPE = re.compile(
    rf"(?:{ACTIVATIONS})'?_?\w{{0,2}}?'\(?(?P<of>[^()]*)\)?|(?:{ACTIVATIONS})'_?\w{{0,2}}\((?P<of2>.+)\)", re.IGNORECASE
)
_VALUE = re.compile(
    rf"(?:{ACTIVATIONS}|logistic|softmax|a|out)_?\w{{0,2}}?\((?P<of>[^()]+)\)(?P<index>(?:_\d)?)", re.IGNORECASE
)
_SLOPE_WORDS = re.compile(
    r"(?:derivative|(?:d_?|deriv_|derivative_)(?:sigmoid|tanh|relu|act|activation)|"
    r"(?:sigmoid|sigma|sig|tanh|relu|g|f|act|activation)_(?:prime|deriv|derivative|grad|output_to_derivative))"
    r"\((?P<of>[^()]+)\)|"
    r"(?:derivative|slope|ableitung) (?:of (?:the )?(?:sigmoid|tanh|relu|activation)(?: function)? )?"
    r"(?:of|at|von) (?P<of2>\S+)|(?P<of3>[^'()]+)'",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"(?P<of>.+?)\[(?P<row>\d{1,2})(?:(?:, ?|\]\[)(?P<column>\d{1,2}))?\]")
_QUOTIENT = re.compile(r"d ?\(?(?P<of>[^/]+?)\)?\s*/\s*d ?\(?(?P<wrt>[^/:|]+?)\)?")
_UNSLASHED = re.compile(r"[dD](?:_?(?=[A-Za-z]))(?P<rest>.+)")
_TURNED = re.compile(r"(?P<of>.+?)(?:\.T|\^T|ᵀ)")


def readings(text: str, shape: Shape, notation: NameNotation) -> Iterator[Reading]:
    """Everything a spelling may stand for, in a notation; whether there is such a quantity the caller knows."""
    text = simple(text)
    if match := _TURNED.fullmatch(text):
        yield from (reading.turned() for reading in _marked(match["of"], shape, notation))
    yield from _marked(text, shape, notation)
    if element := _ELEMENT.fullmatch(text):
        for reading in readings(element["of"], shape, notation):
            yield from _elements(reading, int(element["row"]), element["column"])
    if "(" in text and text.endswith(")") and not re.search(r"[ /]", text):
        yield from _marked(re.sub(r"\((\w+)\)$", r"_\1", text), shape, notation)


def _elements(reading: Reading, row: int, column: str | None) -> Iterator[Reading]:
    """`hidden_out[0]`, `dW2[0][1]`, `W2[1,2]`: one of a vector or matrix, counted from 0 as in Python, or from 1."""
    for first in (0, 1):
        whole = reading.rows if column is not None or len(reading.rows) > 1 else tuple(zip(*reading.rows, strict=True))
        at = row - first, int(column) - first if column is not None else 0
        if len(whole) * len(whole[0]) > 1 and 0 <= at[0] < len(whole) and 0 <= at[1] < len(whole[0]):
            yield one(whole[at[0]][at[1]], f"counted from {first}, {reading.rule}")


def _marked(text: str, shape: Shape, notation: NameNotation) -> Iterator[Reading]:
    atoms = Atoms(shape, notation)
    yield from atoms.read(text)
    for found in filter(None, (_SLOPE.fullmatch(text), _SLOPE_WORDS.fullmatch(text))):
        inner = next(filter(None, found.groups()), "")
        read = list(atoms.read(inner)) if inner else []
        of_unit = atoms.bare_units(re.sub(r"^[^\W\d]_", "", inner)) if not read else iter(read)
        yield from each_marked(of_unit, _slope)  # f'(x_o1) is of o1, whatever x is
    if value := _VALUE.fullmatch(text):
        yield from each_marked(atoms.read(value["of"] + value["index"]), _value)
    for pattern in _OLD:
        if match := pattern.fullmatch(text):
            yield from atoms.read(match["of"].strip("() "))
    for pattern in _NEW:
        if match := pattern.fullmatch(text):
            yield from each_marked(atoms.parameters.read(match["of"].strip("() ")), after)
    for pattern in _CHANGE:
        if match := pattern.fullmatch(text):
            yield from each_marked(atoms.parameters.read(match["of"].strip("() ")), _change)
    if match := _CAPITAL_DELTA.fullmatch(text):
        yield from atoms.read(f"delta_{match['of']}")
    yield from _gradients(text, atoms, notation)
    yield from _differences(text, atoms)


def _gradients(text: str, atoms: Atoms, notation: NameNotation) -> Iterator[Reading]:
    gradient = gradient_of(atoms.shape.objective)
    for pattern in _GRADIENT:
        if match := pattern.fullmatch(text):
            yield from each_marked(atoms.read(match["of"].strip()), gradient)
    if match := _SUBSCRIPT.fullmatch(text):
        yield from each_marked(atoms.parameters.read(match["of"]), gradient)
    if quotient := _QUOTIENT.fullmatch(text):
        yield from _quotients(quotient["of"].strip(), quotient["wrt"].strip(), atoms)
        return
    for of, wrt in _unslashed(text):
        yield from _quotients(of, wrt, atoms)
    if match := _D.fullmatch(text):
        if notation.d_is == "gradient":
            yield from each_marked(atoms.read(match["of"]), gradient)
        else:
            yield from each_marked(atoms.parameters.read(match["of"]), _change)
            yield from each_marked(
                atoms.read(match["of"]), lambda name: gradient(name) if name.kind in ("net", "out") else None
            )


def _differences(text: str, atoms: Atoms) -> Iterator[Reading]:
    """`ŷ - y`, of all outputs: with cross-entropy that is their delta, with half the squared error the slope there."""
    match = _DIFFERENCE.fullmatch(text)
    outputs = atoms.shape.layers[-1].units if match and atoms.shape.layers else ()
    for reading in atoms.read(match["of"]) if match and len(outputs) > 1 else ():
        if reading.rows == (tuple(Name("out", unit) for unit in outputs),):
            yield from each_marked(iter((reading,)), gradient_of(atoms.shape.objective))
            nets = reading._replace(rows=(tuple(Name("net", unit) for unit in outputs),))
            yield from each_marked(iter((nets,)), gradient_of(atoms.shape.objective))


def _unslashed(text: str) -> Iterator[tuple[str, str]]:
    """dE_dw5, d_L_d_w5, dEdw5 and d_E_w5 without the sign of a quotient: wherever a d or a _ may part it."""
    match = _UNSLASHED.fullmatch(text) if len(text) <= LONGEST_NAME else None
    for cut in re.finditer(r"(?=(_d_|_[dD]|(?<!_)d_?|_))", match["rest"]) if match else ():
        of, wrt = match["rest"][: cut.start()], match["rest"][cut.end(1) :]  # type: ignore[index]
        if of and wrt:
            yield of, wrt


def _quotients(of: str, wrt: str, atoms: Atoms) -> Iterator[Reading]:
    if atoms.is_loss(of):
        yield from each_marked(atoms.read(wrt), gradient_of(atoms.shape.objective))
    yield from _own_net(of, wrt, atoms)
    for above in atoms.read(of):
        if above.size == (1, 1) and above.name.kind in ("net", "out", "E"):
            yield from each_marked(atoms.read(wrt), lambda name, of=above.name: derivative(of, name))  # type: ignore[misc]
        if above.size == (1, 1) and above.name.kind == "E" and above.name.label:
            yield from each_marked(atoms.read(wrt), lambda name, via=above.name.label: _through(via, name))  # type: ignore[misc]


def _own_net(of: str, wrt: str, atoms: Atoms) -> Iterator[Reading]:
    """dy1/dnet, dnet/dw5: the net input that belongs to the other one."""
    nets = {*atoms.notation.net, *NET}
    for reading in atoms.read(of) if wrt.lower() in nets else ():
        yield from each_marked(iter((reading,)), lambda name: _slope(name) if name.kind == "out" else None)
    for reading in atoms.read(wrt) if of.lower() in nets else ():
        for unit in atoms.units:
            yield from each_marked(iter((reading,)), lambda name, unit=unit: derivative(Name("net", unit), name))  # type: ignore[misc]


def _through(output: str, name: Name) -> Name:
    """What the loss at one output adds: the whole gradient at this output itself."""
    if name.label == output and name.kind in ("net", "out"):
        return derivative(LOSS, name)
    return derivative(LOSS, name, Name("", output))


def _change(name: Name) -> Name | None:
    return Name("change", name.label) if not name.kind else None


def _value(name: Name) -> Name | None:
    """f(s) is an activation."""
    return Name("out", name.label) if name.kind == "net" else None


def _slope(name: Name) -> Name | None:
    return derivative(Name("out", name.label), Name("net", name.label)) if name.kind in ("net", "out") else None
