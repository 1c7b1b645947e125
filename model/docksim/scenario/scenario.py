"""A scenario: everything that a simulation is told."""

from typing import Annotated, Any, Self

import tomli_w
from pydantic import AfterValidator, model_validator

from docksim.scenario.checks import cross_check
from docksim.scenario.choices import Flow, Network, Runtime, Storage
from docksim.scenario.containers import ContainerKind, with_default
from docksim.scenario.daemon import Daemon
from docksim.scenario.errors import RefusedError
from docksim.scenario.fleet import Fleet
from docksim.scenario.host import Host
from docksim.scenario.images import Image, Resolved
from docksim.scenario.profile import Profile
from docksim.scenario.registry import Registry
from docksim.scenario.run import Run
from docksim.scenario.section import Name, Section
from docksim.scenario.workload import Workload


class Scenario(Section):
    """A docker host, the load on it, and how long to watch; complete, frozen and hashable."""

    name: Name = "scenario"
    """Name in results; left out: that of the file."""
    flow: Flow = Flow()
    """Whose message sequences the commands follow."""
    profile: Profile
    """What each step costs."""
    host: Host
    """The machine."""
    daemon: Daemon
    """dockerd's settings."""
    registry: Registry
    """Where images come from."""
    fleet: Fleet | None = None
    """How many hosts there are; left out: one, which has the registry to itself."""
    storage: Storage = Storage()
    """The storage driver."""
    network: Network = Network()
    """The network driver."""
    runtime: Runtime = Runtime()
    """The OCI runtime."""
    images: Annotated[tuple[Image, ...], Resolved] = ()
    """The images that exist."""
    containers: Annotated[tuple[ContainerKind, ...], AfterValidator(with_default)] = (
        ContainerKind(),
    )
    """Kinds of containers; one called "default" is always there."""
    workload: tuple[Workload, ...] = ()
    """Who issues commands, and when."""
    run: Run = Run()
    """How long and how often."""

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        if problems := cross_check(self):
            raise RefusedError(*problems)
        return self

    def document(self) -> dict[str, Any]:
        """All that the scenario says, as TOML has it: tables, lists, texts with units."""
        document: dict[str, Any] = _stated(self.model_dump(mode="json", by_alias=True))
        return document

    def to_toml(self) -> str:
        """The scenario as run, complete; loading it gives an equal scenario."""
        return tomli_w.dumps(self.document())


def _stated(node: Any) -> Any:
    """The document without absent values, which TOML cannot write, and without empty lists."""
    match node:
        case dict():
            return {key: _stated(value) for key, value in node.items() if value not in (None, [])}
        case list():
            return [_stated(value) for value in node]
        case _:
            return node
