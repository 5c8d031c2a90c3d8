"""The help page of a command with many options: in groups, by what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typer.core import TyperCommand

FEW = 12
"""So many options need no groups."""
OTHERS = "Options"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "What is computed": (
        "--engine", "--digits", "--round", "--decimals", "--rounding", "--steps", "--at", "--last", "--set",
        "--batch-size", "--shuffle", "--seed",
    ),
    "How sheets are read and judged": (
        "--decimal", "--strict", "--accept", "--refuse", "--conventions",
    ),
    "What is shown": (
        "--style", "--phase", "--only", "--with-ancestors", "--compare", "--compact", "--matrix", "--parts", "--brief",
        "--missing", "--slips", "--show-unread", "--animate", "--no-practice",
    ),
    "How it is written, and where to": (
        "--format", "--flavor", "--fragment", "--frames", "--columnwidth", "--lang", "--width", "--ascii", "--color",
        "--output", "--force", "--open", "--reports",
    ),
}  # fmt: skip
"""A new option belongs in one of them, else it stands among the others at the end."""


class Grouped(TyperCommand):
    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, then the options in their groups."""
        shown = [(each, record) for each in self.get_params(ctx) if (record := each.get_help_record(ctx)) is not None]
        options = [(each, record) for each, record in shown if each.param_type_name == "option"]
        if len(options) <= FEW:
            super().format_options(ctx, formatter)
            return
        sections: dict[str, list[Any]] = {"Arguments": [], **{group: [] for group in GROUPS}, OTHERS: []}
        sections["Arguments"] = [record for each, record in shown if each.param_type_name != "option"]
        for each, record in options:
            sections[_group(each.opts)].append(record)
        for heading, records in sections.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def _group(names: list[str]) -> str:
    return next((group for group, options in GROUPS.items() if not set(options).isdisjoint(names)), OTHERS)
