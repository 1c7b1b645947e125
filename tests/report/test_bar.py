"""Progress of calls that are made from a notebook."""

import nbformat
import pytest
from nbclient import NotebookClient

from docksim.report.bar import in_notebook, with_bar


def test_outside_of_a_notebook_nothing_is_shown(capsys):
    heard = with_bar(lambda *, progress=None: progress)()
    assert heard is None
    assert not in_notebook()
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_in_a_notebook_there_is_a_bar_or_a_line():
    source = """
from docksim.report.bar import with_bar

@with_bar
def count(*, progress=None):
    progress(1, 4)
    progress(4, 4)

@with_bar
def search(*, tell=None):
    tell("rate = 4 /s: 8 replications")

count()
search()
"""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(book, timeout=120).execute()
    shown = [output["data"] for output in book.cells[0].outputs]
    assert any("progress" in data.get("text/html", "") for data in shown)
    assert any("8 replications" in data["text/plain"] for data in shown)
