"""The Docker host: one folder for each layer of the diagram, wired together by `wiring`."""
