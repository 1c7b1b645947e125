"""What is there before the first command: images, running and stopped containers."""

from __future__ import annotations

from docksim.des.environment import Environment
from docksim.scenario.containers import ContainerKind
from docksim.scenario.images import Image
from docksim.scenario.scenario import Scenario
from docksim.system.container import Container, State
from docksim.system.daemon.containers import ContainerTable
from docksim.system.daemon.images import ImageService
from docksim.system.infrastructure.storage import StorageDriver
from docksim.system.low_level_runtime.processes import Processes

BEFORE_THE_START = 1
"""The occurrence that tells these containers' traits from those that commands create."""


def populate(
    env: Environment,
    scenario: Scenario,
    table: ContainerTable,
    images: ImageService,
    storage: StorageDriver,
    processes: Processes,
) -> None:
    """Put everything in place at no cost.

    Raises NoSpaceLeft or OutOfMemory when it does not fit.
    """
    by_name = {image.name: image for image in scenario.images}
    for image in scenario.images:
        if image.present:
            images.preload(image)
    for kind in scenario.containers:
        for number in range(kind.running + kind.stopped):
            image = by_name[kind.image or scenario.images[0].name]
            container = _container(env, scenario, kind, image, number)
            images.use(image)
            storage.preload(container)
            table.add(container)
            if number < kind.running:
                processes.start(container)
                table.change(container, State.RUNNING)
            else:
                table.change(container, State.EXITED)


def _container(
    env: Environment, scenario: Scenario, kind: ContainerKind, image: Image, number: int
) -> Container:
    network = number % scenario.network.networks
    return Container(env, number, kind, image, network, BEFORE_THE_START)
