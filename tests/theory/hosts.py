"""Hosts on which `docker ps` is nothing but a customer of one or two stations."""

from docksim.des.distributions import Exponential
from docksim.scenario.profile import Step
from docksim.scenario.scenario import Scenario
from tests.helpers import scenario, without_cost

PS = [{"command": "ps"}]
DEVICE = "device"
"""One that serves one at a time."""


def mmc_host(
    *, rate: float, service: float, servers: int, duration: float, warm_up: float = 20.0
) -> Scenario:
    """An M/M/c queue, first come first served: cores are the servers (times in seconds)."""
    given = scenario(
        host={"cores": servers, "scheduler": "fifo"},
        workload=[{"kind": "open", "rate": f"{rate} /s", "mix": PS}],
        run={"duration": f"{duration} s", "warm_up": f"{warm_up} s"},
    )
    return _serving(given, Step(cpu=Exponential(service), source="the test"))


def closed_host(
    *, clients: int, think: float, cpu: float, cores: int, device: float, duration: float
) -> Scenario:
    """A closed network of shared cores, a device and thinking clients (times in seconds)."""
    given = scenario(
        host={"cores": cores},
        workload=[
            {
                "kind": "closed",
                "clients": clients,
                "think": {"distribution": "exponential", "mean": f"{think} s"},
                "cycle": PS,
            }
        ],
        run={"duration": f"{duration} s", "warm_up": "20 s"},
    )
    computing = Step(cpu=Exponential(cpu), source="the test")
    return _serving(
        given, computing, Step(wait=Exponential(device), lock=DEVICE, source="the test")
    )


def _serving(given: Scenario, *steps: Step) -> Scenario:
    """Free of all costs but those of these steps of each `ps`."""
    free = without_cost(given)
    operations = {component: dict(table) for component, table in free.profile.operations.items()}
    operations["dockerd"]["containers_json"] = steps
    profile = free.profile.model_copy(update={"operations": operations})
    return free.model_copy(update={"profile": profile})
