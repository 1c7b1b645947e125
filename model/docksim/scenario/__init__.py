"""What a user declares: frozen, validated, with units; profiles of calibrated parameters."""

from docksim.scenario.errors import ScenarioError
from docksim.scenario.load import load, loads, vary
from docksim.scenario.scenario import Scenario

__all__ = ["Scenario", "ScenarioError", "load", "loads", "vary"]
