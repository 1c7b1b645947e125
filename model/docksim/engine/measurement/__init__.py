"""Measurements of a real engine: a plan, the load it asks for, and the dataset it leaves."""
