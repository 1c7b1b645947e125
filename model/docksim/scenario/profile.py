"""The profile: what each step of the command path costs."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Gt
from pydantic import AfterValidator, BeforeValidator, field_serializer

from docksim.des.distributions import Constant, Distribution
from docksim.scenario.errors import refusal, shown
from docksim.scenario.quantities import Bytes, Seconds
from docksim.scenario.randomness import RandomBytesPerSecond, RandomSeconds
from docksim.scenario.section import Count, Flag, Name, Number, Positive, Section, Share

NOTHING: Distribution = Constant(0.0)


Interval = tuple[Seconds, Seconds]


class Fit(Section):
    """How a measured duration is distributed, and how surely that is known."""

    of: Name
    """What was measured; a step may be a part of it."""
    samples: Positive
    """How many."""
    law: RandomSeconds
    """The one that fits it best."""
    aic: float | None = None
    """Akaike's criterion of that law; left out: a constant, or the sample's own quantiles."""
    ks: Share
    """Kolmogorov-Smirnov distance of that law from the sample."""
    median: Interval
    """95 % bootstrap interval of its median."""
    p95: Interval
    """95 % bootstrap interval of its 95th percentile."""


class Step(Section):
    """What one step demands of its host."""

    cpu: RandomSeconds = NOTHING
    """CPU time."""
    wait: RandomSeconds = NOTHING
    """Time that passes without using anything."""
    cpu_per_item: RandomSeconds = NOTHING
    """CPU time for each item handled (a listed container, a directory entry, a line); all items of
    one execution take the same."""
    wait_per_item: Seconds = 0.0
    """Time that passes for each item handled."""
    throughput: RandomBytesPerSecond | None = None
    """Speed at which one core works off the payload; left out: the payload costs no CPU."""
    grain: Bytes = 0.0
    """Bytes that come at one throughput, where that is drawn: a longer payload has several, so that
    how fast it is varies less. 0: all of a payload comes at one."""
    payload: Literal["none", "read", "write"] = "none"
    """Whether the payload moves from or to the disk, overlapping with the CPU."""
    flushes: Count = 0
    """Flushes to the disk, one after the other, each by a commit of the file system's journal that
    all share who ask for it while another goes on; while threads contend for the cores, the first
    takes `host.busy_flush` more, and each other one, as whichever follows somebody's at once,
    `host.busy_next_flush`."""
    inner_flushes: Count = 0
    """Flushes within its CPU time and waiting, which add to these only while cores are busy, as
    above, and wait for nobody's commit: what is overwritten in its place needs none."""
    grace_periods: Count = 0
    """Grace periods of RCU within its waiting, each of which takes `host.busy_grace_period` more
    then."""
    unmounts: Count = 0
    """Unmounts of an overlay within its waiting, each of which takes `host.busy_unmount` more
    then."""
    barriers: Count = 0
    """Barriers of RCU within its waiting, each of which takes `host.busy_barrier` more then."""
    wakeups: Count = 0
    """How often a thread is woken up for it, each of which takes `host.busy_wakeup` then."""
    round_trips: Count = 0
    """Round trips to the registry."""
    threads: Annotated[Number, Gt(0)] = 1.0
    """On up to so many cores at once its CPU time is spent, where cores are shared fairly; a share
    of a thread stands for one that works part of the time, as where work is handed from thread to
    thread."""
    group: Name | None = None
    """The scheduler's group that its CPU time is spent in, as a session or control group is; groups
    share the cores by their queues, however much goes on in each. "containers" is that of what runs
    in them, "kernel" of the kernel's own threads, which go first. Left out: none; all that has none
    weighs as much as it is."""
    brief: Flag = False
    """Whether it computes in one go and briefly, once it is woken up: beside others of other groups
    it is served at once or waits for what is left of a slice of theirs (`host.slice`), and does not
    share every moment with them."""
    quantum: Seconds = 0.0
    """How long it computes in its group before others of the group have a turn: as many as there
    are cores compute at once, the rest wait as goroutines do. 0: all of the group compute at
    once."""
    allocates: Bytes = 0.0
    """Memory that it allocates, where its group has a collector (`daemon.collector`)."""
    allocates_per_item: Bytes = 0.0
    """The same for each item handled."""
    displaces: Number = 0.0
    """Bytes of memory that it goes through for each byte of its payload, where its group has caches
    (`daemon.caches`)."""
    refill: Seconds = 0.0
    """CPU time that it takes more when nothing of what it uses is in the caches any more."""
    background: Flag = False
    """Whether it goes on beside all that follows: nobody waits for it."""
    lock: Name | None = None
    """The lock that is held for the step."""
    inner_lock: Name | None = None
    """A second lock, taken within the first and held as long."""
    retry: Seconds = 0.0
    """How long who finds the lock taken (the inner one, where there are two) sleeps before trying
    again, as with a file lock that is polled; 0: it is given the lock in turn."""
    joint: Flag = False
    """Whether one step serves all who wait for its lock (the inner one, where there are two) when
    it begins, as one barrier of RCU does: they find nothing left to do."""
    lasts: Number = 0.0
    """For how long what it does under that lock holds after the last who came, in times that it
    took: who comes meanwhile finds nothing left to do, as after a grace period of RCU that a lock
    for many readers begins with. 0: each does it anew."""
    varies_with: Name | None = None
    """Steps of a command that say the same vary together: when one takes long, in CPU time and
    waiting, all do, and each does for all layers of a pull. Left out: each varies by itself, and
    from layer to layer."""
    fit: Fit | None = None
    """The measurement that its numbers come from, where it is a calibrated one."""
    source: Name
    """Where these numbers come from."""


def _as_list(steps: Any) -> Any:
    """An operation of a single step may be written as that step's table."""
    return [steps] if isinstance(steps, dict) else steps


Steps = Annotated[
    tuple[Step, ...],
    BeforeValidator(_as_list, json_schema_input_type=Step | tuple[Step, ...]),
]


STANDALONE = "none"
"""The base of a scenario that states everything itself."""


def _laid_under(base: str) -> str:
    if base != STANDALONE:
        raise refusal(f"found {shown(base)} in a loaded scenario", "another base only in its file")
    return base


class Profile(Section):
    """Costs of the operations of every component, and what they were measured on."""

    base: Annotated[str, AfterValidator(_laid_under)] = STANDALONE
    """A shipped profile's name, or a file's path relative to the scenario's; what the scenario
    does not state itself is taken from there ("measured" when left out). Once loaded, a scenario
    states everything: "none"."""
    name: Name
    """What the profile is called."""
    description: str = ""
    """What it was measured or estimated on."""
    operations: Mapping[str, Mapping[str, Steps]]
    """Steps of each operation, by component."""

    @field_serializer("operations")
    def _short_steps(self, operations: Mapping[str, Mapping[str, Steps]]) -> dict[str, Any]:
        """Without what is at its default: most steps state one or two numbers."""
        return {
            component: {
                operation: [step.model_dump(mode="json", exclude_defaults=True) for step in steps]
                for operation, steps in table.items()
            }
            for component, table in operations.items()
        }

    @property
    def is_grouped(self) -> bool:
        """Whether any step names a group."""
        tables = self.operations.values()
        return any(step.group for table in tables for steps in table.values() for step in steps)

    def __hash__(self) -> int:
        """By content: the mapping of operations has no hash of its own."""
        operations = (
            (component, operation, steps)
            for component, table in self.operations.items()
            for operation, steps in table.items()
        )
        return hash((self.base, self.name, self.description, frozenset(operations)))
