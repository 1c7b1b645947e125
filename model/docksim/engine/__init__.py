"""A real Docker Engine: run it, measure it, calibrate on it, validate against it."""
