"""Runs the benchmarks, prints what they say and writes results/benchmarks/summary.json.

From the repository's root: `python -m tests.perf.run`, a few minutes; with `--full` also a run of
a million commands.
"""

import argparse
import json
import resource
import subprocess
import sys
from dataclasses import asdict
from math import log
from pathlib import Path

from rich.console import Console

from docksim.simulation import simulate_once
from tests.perf import tables, tandem, textbook
from tests.perf.agreement import Difference, by_docksim, by_textbook, difference, differences
from tests.perf.facts import machine, versions
from tests.perf.growth import of_commands, of_flows
from tests.perf.scenarios import run_and_remove
from tests.perf.summary import Summary
from tests.perf.timing import Spread, contest

SUMMARY = Path("results/benchmarks/summary.json")

ROUNDS = 7
COMMANDS = 3_000
CUSTOMERS = 2_000
GROWTH = [10**3, 10**4, 10**5]
FULL_GROWTH = [*GROWTH, 10**6]
FLOWS = [10, 100, 1_000, 10_000]
HELP_RUNS = 7


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--full", action="store_true", help="also run 10^6 commands")
    full = arguments.parse_args().full
    console = Console()
    with console.status("run and remove, against the text-book model"):
        
