import subprocess
import sys

import matplotlib as mpl
import pytest

mpl.use("agg")

from docksim.report.interactive import Plots, Results
from tests.study.factory import queue_results


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    from matplotlib import pyplot

    pyplot.close("all")


@pytest.mark.parametrize(
    "name",
    ["latency", "latency_distribution", "latency_over_time", "utilisation", "in_system"],
)
def test_results_draw_themselves_on_new_axes_or_on_given_ones(name):
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    results = queue_results(replications=2, count=200)
    assert isinstance(results.plot, Plots)
    draw = getattr(results.plot, name)
    assert isinstance(draw(), Axes)
    mine = Figure().add_subplot()
    assert draw(mine) is mine


def test_results_show_themselves_in_a_notebook():
    html = queue_results(replications=2, count=200)._repr_html_()
    assert html.count("<table>") == 3
    assert "Bottleneck: host cores" in html


def test_the_public_face_hands_out_these_results():
    import docksim

    assert docksim.Results is Results
    assert set(docksim.__all__) <= set(dir(docksim))
    assert all(getattr(docksim, name) is not None for name in docksim.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = docksim.nothing_of_the_kind


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"numpy", "pandas", "matplotlib", "pydantic", "scipy", "simpy", "joblib", "rich"}
    program = f"import docksim, sys; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == "[]"
