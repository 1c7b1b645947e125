"""The user's layer: the docker CLI."""
