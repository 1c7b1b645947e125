"""What a command costs, added up by hand from the profile along its diagram.

Nothing here runs the model: the tables of the sequence diagrams are written down as the profile's
operations, in the order in which one undisturbed command meets them.
"""

from __future__ import annotations

from docksim.scenario.images import Layer
from docksim.scenario.profile import Step
from docksim.scenario.scenario import Scenario

Priced = tuple[str, float]  # an operation and its items
Path = list[Priced]


def path(given: Scenario, text: str, **items: float) -> Path:
    """Operations from a text; {storage} and so on stand for what the scenario has in place.

    `name*count` is an operation for so many items, with `count` one of `items`.
    """
    parts = text.format(
        storage=f"storage.{given.storage.driver}",
        network=f"network.{given.network.driver}",
        runtime=f"runtime.{given.runtime.name}",
    ).split()
    priced: Path = []
    for part in parts:
        name, _, count = part.partition("*")
        priced.append((name, items[count] if count else 0))
    return priced


def ps(given: Scenario, listed: int) -> Path:
    asked = "" if is_engine(given) else "containerd.list*n containerd.information*n"
    text = f"cli.start dockerd.containers_json*n {asked} dockerd.containers_reply*n cli.format*n"
    return path(given, text, n=listed)


def images(given: Scenario, listed: int) -> Path:
    text = (
        "cli.start dockerd.images_json {storage}.list_images*n {storage}.image_list*n"
        " dockerd.images_reply*n cli.format*n"
    )
    return path(given, text, n=listed)


def run(given: Scenario, volumes: int = 0, ports: int = 0) -> Path:
    made = "{storage}.create_volume*v" if volumes else ""
    mounted = "{storage}.mount_volume*v" if volumes else ""
    published = "{network}.publish*p" if ports else ""
    if is_engine(given):
        text = f"""
            cli.start dockerd.containers_create {{storage}}.lookup {{storage}}.create_layer {made}
            dockerd.checkpoint dockerd.reply
            dockerd.containers_start {{storage}}.mount {mounted} {{network}}.allocate {published}
            containerd.create containerd.create_task shim.start
            {{runtime}}.create {{runtime}}.set_up {{network}}.namespace {{runtime}}.started
            containerd.reply containerd.start shim.start_task {{runtime}}.start {{runtime}}.started
            shim.report containerd.running dockerd.checkpoint dockerd.reply cli.format
        """
    else:
        text = f"""
            cli.start dockerd.containers_create {{storage}}.lookup containerd.create
            {{storage}}.create_layer {{storage}}.mount {made} {mounted}
            {{network}}.allocate {published} {{runtime}}.create shim.start
            {{runtime}}.set_up {{network}}.namespace {{runtime}}.start {{runtime}}.started
            shim.report containerd.running dockerd.reply cli.format
        """
    text = text.replace("{{", "{").replace("}}", "}")
    return path(given, text, v=volumes, p=ports)


def removal(given: Scenario, killed: bool = False) -> Path:
    """Of a running container: graceful in the diagram, by force in the engine."""
    if is_engine(given):
        return path(
            given,
            """
            cli.start dockerd.containers_delete dockerd.checkpoint containerd.stop shim.signal
            {runtime}.kill
            shim.exited containerd.reply
            containerd.delete_task shim.delete_task {runtime}.delete containerd.delete
            {network}.release {storage}.unmount dockerd.checkpoint
            dockerd.checkpoint {storage}.delete_layer dockerd.reply cli.format
            """,
        )
    again = "shim.signal" if killed else ""
    return path(
        given,
        "cli.start dockerd.containers_delete containerd.stop shim.signal "
        + again
        + """ shim.exited {storage}.unmount {storage}.delete_layer {network}.release
        containerd.delete dockerd.reply cli.format
        """,
    )


def log_request(given: Scenario) -> Path:
    """Up to the first byte."""
    way = "{storage}.read_log {storage}.log_data"
    if not is_engine(given):
        way = f"containerd.logs shim.logs {way} shim.forward_logs containerd.log_data"
    return path(given, f"cli.start dockerd.containers_logs {way} dockerd.stream")


def manifest(given: Scenario, layers: int) -> Path:
    text = "registry.manifest registry.service registry.descriptors*n"
    return path(given, text, n=layers)


def layer(given: Scenario, of: Layer) -> float:
    """Seconds from the request for a layer to its registration, all by itself."""
    ask = seconds(given, path(given, "registry.blob registry.service"))
    stores = {"graphdriver": "dockerd.commit_download", "containerd": "containerd.commit_blob"}
    commit = seconds(given, path(given, stores[given.daemon.image_store]))
    return ask + received(given, of.compressed) + commit + stored(given, of.uncompressed)


def received(given: Scenario, size: float) -> float:
    """A blob over the link, through a core and onto the disk: the slowest of them counts."""
    (step,) = given.profile.operations["dockerd"]["receive_layer"]
    rate = min(given.registry.stream_rate.mean, given.host.link, given.registry.bandwidth)
    return max(size / rate, _step(given, step, 0, size))


def stored(given: Scenario, size: float) -> float:
    return seconds(given, path(given, "{storage}.store_layer"), size)


def seconds(given: Scenario, priced: Path, size: float = 0.0) -> float:
    """What a path takes when nobody is in the way, and all of it moves a payload of that size."""
    return sum(
        _step(given, step, items, size)
        for operation, items in priced
        for step in steps(given, operation)
    )


def steps(given: Scenario, operation: str) -> tuple[Step, ...]:
    component, _, name = operation.rpartition(".")
    return given.profile.operations[component][name]


def cpu(given: Scenario, priced: Path) -> float:
    """Core-seconds of a path that moves nothing."""
    return sum(
        (step.cpu.mean + items * step.cpu_per_item.mean) / given.host.cpu_speed
        for operation, items in priced
        for step in steps(given, operation)
    )


def flushes(given: Scenario, priced: Path) -> int:
    """How often a path asks the disk's journal for a commit."""
    return sum(step.flushes for operation, _ in priced for step in steps(given, operation))


def held(given: Scenario, priced: Path, lock: str) -> float:
    """Seconds that a path holds a lock when nobody is in the way."""
    return sum(
        _step(given, step, items, 0.0)
        for operation, items in priced
        for step in steps(given, operation)
        if step.lock == lock
    )


def is_engine(given: Scenario) -> bool:
    return given.flow.variant == "engine"


def _step(given: Scenario, step: Step, items: float, size: float) -> float:
    work = step.cpu.mean + items * step.cpu_per_item.mean
    if step.throughput is not None:
        work += size / step.throughput.mean
    work /= given.host.cpu_speed
    if step.payload != "none":
        work = max(work, size / given.host.disk_bandwidth)
    waits = step.wait.mean + items * step.wait_per_item + step.round_trips * given.registry.rtt
    return work + step.flushes * given.host.flush.mean + waits
