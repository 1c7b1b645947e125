"""From replications to statements: run in parallel, estimates with intervals, stability."""
