"""The load that is timed: clients that run a container and remove it, for ever."""

from docksim.scenario.load import loads
from docksim.scenario.scenario import Scenario

CLIENTS = 8


def run_and_remove(commands: int, scheduler: str = "fifo", clients: int = CLIENTS) -> Scenario:
    """Closed clients on a host of the provisional profile, where the image is present."""
    return loads(f"""
        name = "run and remove"
        flow.variant = "diagram"
        profile.base = "provisional"
        host.scheduler = "{scheduler}"
        storage.driver = "overlay2"
        network.driver = "bridge"
        runtime.name = "runc"

        [[images]]
        name = "python:3.11-slim"
        present = true

        [[workload]]
        kind = "closed"
        name = "clients"
        clients = {clients}
        cycle = [{{ command = "run" }}, {{ command = "rm" }}]

        [run]
        commands = {commands}
        """)
