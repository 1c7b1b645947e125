"""Figures of results. Axes in and out: each function draws on `ax`, or on axes of its own."""

from docksim.report.figures.backlog import in_system
from docksim.report.figures.bounds import (
    latency_bounds,
    throughput_bounds,
    utilisation_over_load,
)
from docksim.report.figures.canvas import save
from docksim.report.figures.capacity import candidates, demand_curve
from docksim.report.figures.latency import latency, latency_distribution, latency_height
from docksim.report.figures.over_time import latency_over_time, queues
from docksim.report.figures.predictions import predicted_against_measured
from docksim.report.figures.pull_layers import pull_layers, pull_layers_height
from docksim.report.figures.response import heat_map, response
from docksim.report.figures.timeline import timeline
from docksim.report.figures.tornado import tornado, tornado_height
from docksim.report.figures.utilisation import utilisation, utilisation_height
from docksim.report.figures.warm_up import warm_up

__all__ = [
    "candidates",
    "demand_curve",
    "heat_map",
    "in_system",
    "latency",
    "latency_bounds",
    "latency_distribution",
    "latency_height",
    "latency_over_time",
    "predicted_against_measured",
    "pull_layers",
    "pull_layers_height",
    "queues",
    "response",
    "save",
    "throughput_bounds",
    "timeline",
    "tornado",
    "tornado_height",
    "utilisation",
    "utilisation_height",
    "utilisation_over_load",
    "warm_up",
]
