"""What a scenario will do, for people: tables of images, containers, load and run."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from docksim.des.distributions.notation import readable
from docksim.scenario.actions import Action
from docksim.scenario.containers import ContainerKind
from docksim.scenario.scenario import Scenario
from docksim.scenario.workload import Batch, Closed, Open, Replay, Workload, actions_of

_UNSAID = {"command", "weight", "image", "images", "weights", "zipf", "target"}
"""Keys of an action that are told in words, not as key = value."""


def describe(scenario: Scenario) -> RenderableType:
    """The whole scenario, readable in a terminal."""
    parts: list[RenderableType] = [Text(scenario.name, style="bold"), _facts(scenario)]
    for table in (_images(scenario), _containers(scenario), _workloads(scenario)):
        if table.row_count:
            parts += ["", table]
    return Group(*parts)


def _facts(scenario: Scenario) -> Table:
    host, registry, daemon = scenario.host, scenario.registry, scenario.daemon
    priced = sum(len(table) for table in scenario.profile.operations.values())
    facts = Table.grid(padding=(0, 2))
    facts.add_row("run", _run(scenario))
    facts.add_row(
        "host",
        f"{host.cores} cores × {host.cpu_speed:g}, {_bytes(host.memory)} of memory, "
        f"disk {_bytes(host.disk_bandwidth)}/s, link {_rate(host.link)}",
    )
    facts.add_row(
        "daemon",
        f"{daemon.max_concurrent_downloads or 'any number of'} downloads at once, "
        f"{daemon.image_store} image store, stop timeout {_time(daemon.stop_timeout)}",
    )
    facts.add_row(
        "registry",
        f"{_time(registry.rtt)} away, {_rate(registry.bandwidth)}, "
        f"a download gets {registry.stream_rate.declare('B/s')}",
    )
    if fleet := scenario.fleet:
        sources = {
            "registry": "the registry",
            "mirrors": f"mirrors, one for {fleet.rack} hosts",
            "peers": f"each other, in pieces of {_bytes(fleet.piece)}",
        }
        facts.add_row(
            "fleet", f"{fleet.hosts} such hosts, which get layers from {sources[fleet.source]}"
        )
    facts.add_row(
        "drivers",
        f"storage {scenario.storage.driver}, network {scenario.network.driver}, "
        f"runtime {scenario.runtime.name}",
    )
    facts.add_row("flow", scenario.flow.variant)
    facts.add_row("profile", f"{scenario.profile.name}: {priced} operations")
    for text in filter(None, (scenario.profile.description, host.source)):
        facts.add_row("", text)
    return facts


def _run(scenario: Scenario) -> str:
    run = scenario.run
    if run.duration is not None:
        length = _time(run.duration)
    elif run.commands is not None:
        length = f"until {run.commands} commands have ended"
    else:
        length = "until all commands have ended"
    warm_up = f", statistics from {_time(run.warm_up)}" if run.warm_up else ""
    return f"{length}{warm_up}; {run.replications} replications, seed {run.seed}"


def _images(scenario: Scenario) -> Table:
    shared = _shared_digests(scenario)
    table = _table(
        "image", "layers", "shared", "compressed", "uncompressed", "at start", "sizes from"
    )
    for image in scenario.images:
        table.add_row(
            image.name,
            str(len(image.layers)),
            str(sum(layer.digest in shared for layer in image.layers)),
            _bytes(image.compressed),
            _bytes(image.uncompressed),
            "present" if image.present else "absent",
            image.source.partition(" (")[0] or "scenario",
        )
    return table


def _shared_digests(scenario: Scenario) -> set[str]:
    """Digests of layers that are in more than one image."""
    seen: set[str] = set()
    shared: set[str] = set()
    for image in scenario.images:
        digests = {layer.digest for layer in image.layers}
        shared |= digests & seen
        seen |= digests
    return shared


def _containers(scenario: Scenario) -> Table:
    used = {
        getattr(action, "container", None)
        for workload in scenario.workload
        for _, action in actions_of(workload)
    }
    table = _table("container", "CPU", "memory", "lives", "at start", "besides")
    for kind in scenario.containers:
        if kind.name in used or kind.running or kind.stopped:
            table.add_row(
                kind.name,
                f"{kind.cpu:g} cores",
                _bytes(kind.memory),
                kind.lifetime.declare("s") if kind.lifetime else "until stopped",
                f"{kind.running} running, {kind.stopped} stopped",
                ", ".join(_peculiarities(kind)),
            )
    return table


def _peculiarities(kind: ContainerKind) -> Iterator[str]:
    if kind.ignores_sigterm:
        yield f"{kind.ignores_sigterm:.0%} ignore SIGTERM"
    if kind.unkillable:
        yield f"{kind.unkillable:.0%} unkillable"
    for count, noun in ((kind.volumes, "volumes"), (kind.ports, "ports")):
        if count:
            yield f"{count} {noun}"
    if kind.network:
        yield f"network {kind.network}"


def _workloads(scenario: Scenario) -> Table:
    table = _table("workload", "kind", "load", "commands")
    for workload in scenario.workload:
        table.add_row(workload.name, workload.kind, _load(workload, scenario), _commands(workload))
    return table


def _load(workload: Workload, scenario: Scenario) -> str:
    match workload:
        case Open(arrivals="piecewise"):
            rates = ", ".join(
                f"{_frequency(part.rate)} from {_time(part.begin)}" for part in workload.rates
            )
            again = f", again every {_time(workload.period)}" if workload.period else ""
            load = f"{rates}{again}"
        case Open(arrivals="listed"):
            first, last = workload.times[0], workload.times[-1]
            load = f"{len(workload.times)} from {_time(first)} to {_time(last)}"
        case Open(rate=float(rate)):
            size = f" of {workload.burst_size}" if workload.burst_size else ""
            load = f"{workload.arrivals}{size}, {_frequency(rate)}"
            if scenario.run.duration is not None:
                expected = rate * max(0.0, scenario.run.duration - workload.start)
                load += f": about {expected:.0f} commands"
        case Closed():
            load = f"{workload.clients} clients, think time {workload.think.declare('s')}"
        case Batch():
            load = f"{workload.count} at once"
        case Replay():
            first, last = workload.rows[0].time, workload.rows[-1].time
            load = f"{len(workload.rows)} from {_time(first)} to {_time(last)}"
    delay = f", from {_time(workload.start)}" if workload.start else ""
    limit = f", given up after {_time(workload.timeout)}" if workload.timeout else ""
    return f"{load}{delay}{limit}"


def _commands(workload: Workload) -> str:
    """The cycle in its order, the mix with shares, or how often each command is replayed."""
    actions = [action for _, action in actions_of(workload)]
    match workload:
        case Closed():
            return " → ".join(_action(action) for action in actions)
        case Replay():
            names = [action.command for action in actions]
            return _lines(f"{names.count(name)} × {name}" for name in dict.fromkeys(names))
        case _:
            total = sum(action.weight for action in actions)
            return _lines(f"{action.weight / total:.0%} {_action(action)}" for action in actions)


def _action(action: Action) -> str:
    """One action in words: "rm random force=true"."""
    words: list[str] = [action.command]
    if "image" in type(action).model_fields:
        words.append(_choice(action))
    if target := getattr(action, "target", None):
        words.append(str(target))
    options = action.model_dump(mode="json", exclude_defaults=True, exclude=_UNSAID)
    words += [f"{key}={str(value).lower()}" for key, value in options.items()]
    return " ".join(words)


def _choice(action: Action) -> str:
    image = getattr(action, "image", None)
    if image is not None:
        return str(image)
    images, zipf = getattr(action, "images", ()), getattr(action, "zipf", None)
    choice = f"one of {len(images)} images" if images else "any image"
    return choice if zipf is None else f"{choice} by Zipf {zipf:g}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return readable(seconds, "s")


def _bytes(amount: float) -> str:
    return readable(amount, "B")


def _rate(rate: float) -> str:
    return readable(rate, "B/s")


def _frequency(rate: float) -> str:
    return readable(rate, "/s")
