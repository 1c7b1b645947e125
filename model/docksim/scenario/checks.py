"""Checks across the sections of a scenario: what each alone cannot see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from docksim.scenario.actions import CreatingAction, ImageAction, TargetedAction
from docksim.scenario.errors import Place, Problem, shown, unknown
from docksim.scenario.operations import OPERATIONS
from docksim.scenario.quantities import BYTES
from docksim.scenario.workload import Closed, Open, actions_of

if TYPE_CHECKING:
    from docksim.scenario.actions import Action
    from docksim.scenario.scenario import Scenario


def cross_check(scenario: Scenario) -> list[Problem]:
    """All problems, in the order of the scenario's sections."""
    checks = (
        _operations,
        _images,
        _kinds,
        _scheduler,
        _starting_containers,
        _workloads,
        _actions,
        _length,
    )
    return [problem for check in checks for problem in check(scenario)]


def _operations(scenario: Scenario) -> Iterator[Problem]:
    """The profile prices operations that exist."""
    for component, table in scenario.profile.operations.items():
        at = ("profile", "operations", component)
        if component not in OPERATIONS:
            yield unknown("component", component, OPERATIONS, at=at)
            continue
        known = OPERATIONS[component]
        for operation in table:
            if operation not in known:
                yield unknown("operation", operation, known, at=(*at, operation))


def _images(scenario: Scenario) -> Iterator[Problem]:
    layers = {
        layer.digest: layer.uncompressed
        for image in scenario.images
        if image.present
        for layer in image.layers
    }
    if (needed := sum(layers.values())) > scenario.host.disk_size:
        yield Problem(
            f"images that are present take {BYTES.write(needed)}",
            f"at most the host's disk_size of {BYTES.write(scenario.host.disk_size)}",
            at=("images",),
        )


def _kinds(scenario: Scenario) -> Iterator[Problem]:
    yield from _repeated("containers", (kind.name for kind in scenario.containers))
    for number, kind in enumerate(scenario.containers):
        driver = kind.network or scenario.network.driver
        if kind.ports and driver in ("none", "host"):
            yield Problem(
                f'{kind.ports} published ports with the network driver "{driver}"',
                'ports with "bridge" or "overlay"',
                at=("containers", number, "ports"),
            )
        if kind.memory > scenario.host.memory:
            yield Problem(
                f"found {shown(BYTES.write(kind.memory))}",
                f"at most the host's memory of {BYTES.write(scenario.host.memory)}",
                at=("containers", number, "memory"),
            )


def _scheduler(scenario: Scenario) -> Iterator[Problem]:
    """Cores that serve to completion have no share for what runs until it is stopped."""
    if scenario.host.scheduler != "fifo":
        return
    for number, kind in enumerate(scenario.containers):
        for key in ("cpu", "log_rate"):
            if getattr(kind, key):
                yield Problem(
                    f"container {shown(kind.name)} uses the CPU while it runs ({key}), "
                    'under scheduler "fifo"',
                    '0, or host.scheduler = "fair"',
                    at=("containers", number, key),
                )


def _starting_containers(scenario: Scenario) -> Iterator[Problem]:
    """Containers that are there at the start fit, and have an image that is there, too."""
    needed = sum(kind.running * kind.memory for kind in scenario.containers)
    if needed > scenario.host.memory:
        yield Problem(
            f"containers that run at the start hold {BYTES.write(needed)} of memory",
            f"at most the host's memory of {BYTES.write(scenario.host.memory)}",
            at=("containers",),
        )
    images = {image.name: image for image in scenario.images}
    for number, kind in enumerate(scenario.containers):
        at = ("containers", number, "image")
        if kind.image is not None and kind.image not in images:
            yield unknown("image", kind.image, images, at=at)
            continue
        if not kind.running + kind.stopped:
            continue
        if not images:
            yield Problem("containers at the start need an image", "one in [[images]]", at=at)
            continue
        image = images[kind.image] if kind.image else scenario.images[0]
        if not image.present:
            yield Problem(
                f"containers at the start use image {shown(image.name)}, which is not present",
                "an image with present = true",
                at=at,
            )


def _workloads(scenario: Scenario) -> Iterator[Problem]:
    if not scenario.workload:
        yield Problem("no workload: nothing would happen", "a [[workload]]", at=("workload",))
    yield from _repeated("workload", (workload.name for workload in scenario.workload))


def _actions(scenario: Scenario) -> Iterator[Problem]:
    images = [image.name for image in scenario.images]
    kinds = [kind.name for kind in scenario.containers]
    placed = list(_placed_actions(scenario))
    some_exist = any(isinstance(action, CreatingAction) for _, action in placed) or any(
        kind.running + kind.stopped for kind in scenario.containers
    )
    for at, action in placed:
        if isinstance(action, ImageAction):
            yield from _image_choice(action, images, at)
        if isinstance(action, CreatingAction) and action.container not in kinds:
            yield unknown("container kind", action.container, kinds, at=(*at, "container"))
        if isinstance(action, TargetedAction) and not some_exist:
            yield Problem(
                f"{action.command} of a container, but there can never be one",
                "a workload with run or create, or containers that are there at the start",
                at=at,
            )


def _image_choice(action: ImageAction, images: list[str], at: Place) -> Iterator[Problem]:
    if not images:
        yield Problem(f"{action.command} without any image", "one in [[images]]", at=at)
        return
    if action.image is not None and action.image not in images:
        yield unknown("image", action.image, images, at=(*at, "image"))
    for number, name in enumerate(action.images):
        if name not in images:
            yield unknown("image", name, images, at=(*at, "images", number))
    choices = len(action.images or images)
    if action.weights and len(action.weights) != choices:
        yield Problem(
            f"{len(action.weights)} weights for {choices} images",
            "a weight for each image",
            at=(*at, "weights"),
        )


def _length(scenario: Scenario) -> Iterator[Problem]:
    run = scenario.run
    endless = [work.name for work in scenario.workload if isinstance(work, Open | Closed)]
    if run.duration is None and run.commands is None and endless:
        yield Problem(
            f"neither duration nor commands, and workload {shown(endless[0])} never ends",
            "one of them",
            at=("run",),
        )


def _placed_actions(scenario: Scenario) -> Iterator[tuple[Place, Action]]:
    for number, workload in enumerate(scenario.workload):
        for place, action in actions_of(workload):
            yield ("workload", number, *place), action


def _repeated(section: str, names: Iterable[str]) -> Iterator[Problem]:
    """A problem for each name that occurs again."""
    seen: Counter[str] = Counter()
    for number, name in enumerate(names):
        if seen[name]:
            at = (section, number, "name")
            yield Problem(f"a second {shown(name)} in [[{section}]]", "names that differ", at=at)
        seen[name] += 1
