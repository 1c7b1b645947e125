"""Benchmarks: how fast the model is, against others and against its own size."""
