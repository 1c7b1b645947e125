"""Tables and figures in Markdown."""

from __future__ import annotations

from docksim.report.sheet import Cell, Sheet


def table(sheet: Sheet) -> str:
    """The sheet with its title in bold and its notes below, as a Markdown table."""
    head = [column.lstrip("<") for column in sheet.columns]
    flush = [":--" if column.startswith("<") else "--:" for column in sheet.columns]
    rows = [head, flush, *([_text(cell) for cell in row] for row in sheet.rows)]
    lines = [f"**{sheet.title}**", "", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join([*lines, "", *(f"{note}  " for note in sheet.notes)]).rstrip() + "\n"


def figure(file: str, words: str) -> str:
    """A picture beside the text, with what it shows."""
    return f"![{words}]({file})\n"


def _text(cell: Cell) -> str:
    text = f"**{cell.text}**" if cell.emphasis else cell.text
    return f"{text} {cell.below}".rstrip().replace("|", "\\|")
