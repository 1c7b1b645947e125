"""Shipped data: the default profile, the image catalogue and the scenario that `init` writes."""
