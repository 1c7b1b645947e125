"""The daemon's layer: dockerd, its image store and its two ways to run a container."""
