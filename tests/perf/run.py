"""Runs the benchmarks, prints what they say and writes results/benchmarks/summary.json.

From the repository's root: `python -m tests.perf.run`; with `--full` also a million commands.
"""

import argparse
import json
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
from rich.console import Console

from docksim.simulation import simulate_once
from tests.perf import tables, tandem, textbook
from tests.perf.agreement import difference, differences
from tests.perf.facts import machine, versions
from tests.perf.growth import of_commands, of_flows
from tests.perf.results import Figure, Results
from tests.perf.scenarios import run_and_remove
from tests.perf.sweep import POINTS, REPLICATIONS, sweep
from tests.perf.timing import Spread, contest

SUMMARY = Path("results/benchmarks/summary.json")

ROUNDS = 9
COMMANDS = 3_000
CUSTOMERS = 5_000
GROWTH = (10**3, 10**4, 10**5)
FULL_GROWTH = (*GROWTH, 10**6)
FLOWS = (10, 100, 1_000, 10_000)
HELP_RUNS = 7
STUDIES = 3
HELP = (sys.executable, "-c", "from docksim.cli.app import main; main()", "--help")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how fast the model runs.")
    parser.add_argument("--full", action="store_true", help="also run a million commands")
    full = parser.parse_args().full
    console = Console(width=max(Console().width, 110))
    results = Results(machine(), versions())
    for text, benchmark in {
        "the text-book model": compare_with_textbook,
        "Ciw and salabim": compare_with_simulators,
        "more and more commands": partial(let_commands_grow, sizes=FULL_GROWTH if full else GROWTH),
        "more and more flows": let_flows_grow,
        "a study": conduct_a_study,
        "docksim --help": ask_for_help,
    }.items():
        with console.status(text):
            benchmark(results)
    tables.show(console, results)
    SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    SUMMARY.write_text(json.dumps(results.summary(), indent=2) + "\n")
    console.print(f"Written to {SUMMARY}")


def compare_with_textbook(results: Results) -> None:
    fifo, fair = (run_and_remove(COMMANDS, scheduler) for scheduler in ("fifo", "fair"))
    timed = contest(
        {
            "textbook": lambda i: pd.DataFrame(textbook.simulate(fifo, i)),
            "in place": lambda i: textbook.simulate(fifo, i, in_place=True),
            "monitored": lambda i: textbook.simulate(fifo, i, textbook.MonitoredResource),
            "docksim": lambda i: simulate_once(fifo, replication=i).commands,
            "fair": lambda i: simulate_once(fair, replication=i).commands,
        },
        ROUNDS,
    )
    results.figures += [
        Figure(
            "textbook_ratio",
            "run/rm flow: text-book SimPy / docksim, both with FIFO cores",
            timed.ratio("textbook", "docksim"),
            at_least=5,
        ),
        Figure(
            "textbook_in_place_ratio",
            "  the same, the text-book holding servers in place, without a process",
            timed.ratio("in place", "docksim"),
        ),
        Figure(
            "textbook_monitored_ratio",
            "  the same, the text-book noting users and queues too",
            timed.ratio("monitored", "docksim"),
        ),
        Figure(
            "fair_over_fifo",
            "run/rm flow: docksim with fair cores / with FIFO cores",
            timed.ratio("fair", "docksim"),
        ),
        *(
            Figure(name, text, timed.per_cpu_second(key, COMMANDS), unit="/s", digits=0)
            for name, text, key in (
                ("textbook_commands_per_cpu_s", "  commands a CPU second, text-book", "textbook"),
                ("fifo_commands_per_cpu_s", "  docksim with FIFO cores", "docksim"),
                ("fair_commands_per_cpu_s", "  docksim with fair cores", "fair"),
            )
        ),
    ]
    results.agreement += differences(timed.results["docksim"], timed.results["textbook"])


def compare_with_simulators(results: Results) -> None:
    timed = contest(
        {name: partial(simulate, CUSTOMERS) for name, simulate in tandem.SIMULATORS.items()},
        ROUNDS,
    )
    for name, title in (("ciw", "Ciw"), ("salabim", "salabim")):
        text = f"tandem of {tandem.STATIONS} stations: {title} / docksim's stations"
        ratio = timed.ratio(name, "docksim")
        results.figures.append(Figure(f"{name}_ratio", text, ratio, at_least=1, digits=1))
        sojourns = (timed.results["docksim"], timed.results[name])
        results.agreement.append(difference(f"tandem: mean sojourn, {title}", *sojourns))


def conduct_a_study(results: Results) -> None:
    found = sweep(STUDIES)
    text = f"study of {POINTS} points, {REPLICATIONS} replications each"
    results.figures += [
        Figure("study_busy", f"{text}: share of the cores busy", found.busy, at_least=0.9),
        Figure(
            "study_overhead_s",
            "  core-seconds a replication beyond its simulation",
            found.overhead,
            below=0.005,
            unit=" s",
            digits=4,
        ),
    ]


def let_commands_grow(results: Results, sizes: tuple[int, ...]) -> None:
    grown = [of_commands(size) for size in sizes]
    results.growth = [(g.commands, g.seconds_per_command, g.peak_bytes) for g in grown]


def let_flows_grow(results: Results) -> None:
    results.flows = [(n, of_flows(n, all_caps_differ=False)) for n in FLOWS]
    results.flows_different_caps = [(n, of_flows(n, all_caps_differ=True)) for n in FLOWS]


def ask_for_help(results: Results) -> None:
    spread = Spread.of([cpu_of_child(HELP) for _ in range(HELP_RUNS)])
    results.figures.append(Figure("help_cpu_s", "docksim --help", spread, below=0.3, unit=" s"))


def cpu_of_child(command: tuple[str, ...]) -> float:
    """CPU seconds (user and system) of a command that has to succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
