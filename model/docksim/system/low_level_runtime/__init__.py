"""The low-level runtime: runc, the shim, and the container processes they guard."""
