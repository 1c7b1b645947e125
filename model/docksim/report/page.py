"""A report as a list of parts, written as Markdown beside its figures, or as one HTML file."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from docksim.report import markdown
from docksim.report.sheet import Sheet

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 52rem; margin: 2rem auto;
       padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0 .3rem; font-size: 13px; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid #e3e3e3; vertical-align: top; }
img { max-width: 100%; }
small { color: #666; }
"""


@dataclass(frozen=True)
class Heading:
    """Of a section, or with level 1 of the page."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Picture:
    """A PNG file in the report's folder, and what it shows."""

    file: str
    words: str


Part = Heading | Picture | Sheet | str
"""A str is a paragraph."""


@dataclass
class Page:
    """A report."""

    title: str
    parts: list[Part] = field(default_factory=list)

    def markdown(self) -> str:
        """For a reader of the repository."""
        return "\n".join(map(_markdown, [Heading(self.title, 1), *self.parts]))

    def html(self, folder: Path) -> str:
        """One file with everything in it; `folder` has the pictures."""
        body = "\n".join(_html(part, folder) for part in [Heading(self.title, 1), *self.parts])
        return (
            '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
            f"<title>{escape(self.title)}</title><style>{_STYLE}</style></head>\n"
            f"<body>\n{body}\n</body>\n</html>\n"
        )


def _markdown(part: Part) -> str:
    match part:
        case Heading():
            return f"{'#' * part.level} {part.text}\n"
        case Picture():
            return markdown.figure(part.file, part.words)
        case Sheet():
            return markdown.table(part)
        case _:
            return f"{part}\n"


def _html(part: Part, folder: Path) -> str:
    match part:
        case Heading():
            return f"<h{part.level}>{escape(part.text)}</h{part.level}>"
        case Picture():
            data = base64.b64encode((folder / part.file).read_bytes()).decode()
            return f'<img alt="{escape(part.words)}" src="data:image/png;base64,{data}">'
        case Sheet():
            return part.html()
        case _:
            return f"<p>{escape(part)}</p>"
