"""Hosts on which `docker ps` is nothing but a customer of one or two stations."""

from docksim.des.distributions import Exponential
from docksim.scenario.profile import Step
from docksim.scenario.scenario import Scenario
from tests.helpers import scenario, without_cost

PS = [{"command": "ps"}]


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
    *, clients: int, think: float, cpu: float, cores: int, flush: float, duration: float
) -> Scenario:
    """A closed network of shared cores, the journal and thinking clients (times in seconds)."""
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
    host = given.host.model_copy(update={"flush": Exponential(flush)})
    step = Step(cpu=Exponential(cpu), flushes=1, source="the test")
    return _serving(given.model_copy(update={"host": host}), step)


def _serving(given: Scenario, step: Step) -> Scenario:
    """Free of all costs but those of one step of each `ps`."""
    free = without_cost(given)
    operations = {component: dict(table) for component, table in free.profile.operations.items()}
    operations["dockerd"]["containers_json"] = (step,)
    profile = free.profile.model_copy(update={"operations": operations})
    return free.model_copy(update={"profile": profile})
