"""Simulation toolkit: random streams, distributions, stations, sharing. It knows no Docker."""
