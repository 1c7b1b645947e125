"""Figures of results. Axes in and out: each function draws on `ax`, or on axes of its own."""

from docksim.report.figures.backlog import in_system
from docksim.report.figures.canvas import save
from docksim.report.figures.latency import latency, latency_distribution, latency_height
from docksim.report.figures.timeline import timeline
from docksim.report.figures.utilisation import utilisation, utilisation_height

__all__ = [
    "in_system",
    "latency",
    "latency_distribution",
    "latency_height",
    "save",
    "timeline",
    "utilisation",
    "utilisation_height",
]
