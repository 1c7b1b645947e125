"""A table of finished text, shown in a terminal or as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from rich import box
from rich.console import Group, JustifyMethod
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and, below it in a quieter style, its interval."""

    text: str
    below: str = ""
    emphasis: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns marked "<" are flush left; all others hold numbers and are flush right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def rich(self) -> Group:
        """For a terminal."""
        table = Table(
            title=self.title,
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            padding=(0, 1, 0, 0),
        )
        for column in self.columns:
            flush: JustifyMethod = "left" if column.startswith("<") else "right"
            # Words may be folded on a narrow terminal; a number must be neither cut nor folded.
            table.add_column(
                column.lstrip("<"), justify=flush, overflow="fold", no_wrap=flush == "right"
            )
        for row in self.rows:
            table.add_row(*(_rich_cell(cell) for cell in row))
        return Group(table, *(Text(note, style="dim") for note in self.notes), Text(""))

    def html(self) -> str:
        """For a notebook or a page."""
        head = "".join(f"<th{_flush(c)}>{escape(c.lstrip('<'))}</th>" for c in self.columns)
        body = "".join(
            "<tr>"
            + "".join(
                f"<td{_flush(column)}>{_html_cell(cell)}</td>"
                for column, cell in zip(self.columns, row, strict=True)
            )
            + "</tr>"
            for row in self.rows
        )
        notes = "".join(f"<div><small>{escape(note)}</small></div>" for note in self.notes)
        return (
            f"<table><caption style='text-align:left;font-weight:bold'>{escape(self.title)}"
            f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
        )


def _rich_cell(cell: Cell) -> Text:
    text = Text(cell.text, style="bold" if cell.emphasis else "")
    if cell.below:
        text.append(f"\n{cell.below}", style="dim")
    return text


def _html_cell(cell: Cell) -> str:
    text = f"<b>{escape(cell.text)}</b>" if cell.emphasis else escape(cell.text)
    return f"{text}<br><small>{escape(cell.below)}</small>" if cell.below else text


def _flush(column: str) -> str:
    return f" style='text-align:{'left' if column.startswith('<') else 'right'}'"
