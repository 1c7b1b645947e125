"""The high-level runtime: containerd."""
