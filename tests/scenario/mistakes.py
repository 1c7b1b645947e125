"""Mistakes that a scenario may hold, each with what the message has to say."""

# (what to replace in the good scenario, by what, fragments of the message)
MISTAKES = {
    "unknown section": (
        "[run]",
        "[runn]",
        ['scenario: runn: unknown key "runn"', "workload, run", 'did you mean "run"?'],
    ),
    "unknown key": (
        'rate = "5 /s"',
        'rat = "5 /s"',
        ["workload[0].rat: unknown key", "arrivals, rate", 'did you mean "rate"?'],
    ),
    "unknown key of an action": (
        "tail = 10",
        "tial = 10",
        ["workload[0].mix[1].tial: unknown key", 'did you mean "tail"?'],
    ),
    "wrong type": (
        "tail = 10",
        'tail = "ten"',
        ['scenario: workload[0].mix[1].tail: found "ten"', "allowed: a whole number"],
    ),
    "number as text": (
        "clients = 4",
        'clients = "4"',
        ['workload[1].clients: found "4"', "a whole number"],
    ),
    "no clients": ("clients = 4", "clients = 0", ["workload[1].clients: found 0", "at least 1"]),
    "share above one": (
        "cpu = 0.3",
        "ignores_sigterm = 1.5",
        ["containers[0].ignores_sigterm: found 1.5", "at most 1"],
    ),
    "truth value as number": (
        "present = true",
        "present = 1",
        ["images[0].present: found 1", "true or false"],
    ),
    "wrong unit": (
        'rate = "5 /s"',
        'rate = "5 MiB"',
        ["workload[0].rate: '5 MiB' is not a rate of events", '"2 /s"'],
    ),
    "negative rate": (
        'rate = "5 /s"',
        'rate = "-5 /s"',
        ["workload[0].rate: '-5 /s' is negative"],
    ),
    "rate of zero": (
        'rate = "5 /s"',
        "rate = 0",
        ["workload[0].rate: found 0", "more than 0"],
    ),
    "drawn rate of zero": (
        "[run]",
        '[registry]\nstream_rate = "0 B/s"\n[run]',
        ["registry.stream_rate: a rate that may be 0", "always above 0"],
    ),
    "law of rates with zero": (
        "[run]",
        '[registry.stream_rate]\ndistribution = "empirical"\nprobabilities = [0, 0.1, 1]\n'
        'values = ["0 B/s", "0 B/s", "9 MB/s"]\n[run]',
        ["registry.stream_rate: a rate that may be 0", "always above 0"],
    ),
    "no unit": ('duration = "1 min"', "duration = 60", ["run.duration: 60 has no unit"]),
    "unknown distribution": (
        '"exponential"',
        '"exponental"',
        ["workload[1].think", "exponental", "exponential"],
    ),
    "unknown command": (
        '"logs"',
        '"log"',
        ['workload[0].mix[1].command: unknown command "log"', "ps, images", 'did you mean "logs"?'],
    ),
    "no command": (
        'command = "logs", ',
        "",
        ["workload[0].mix[1].command: missing: which command"],
    ),
    "unknown kind": (
        '"closed"',
        '"close"',
        ['workload[1].kind: unknown kind "close"', "open, closed", 'did you mean "closed"?'],
    ),
    "missing key": ("clients = 4", "", ["workload[1].clients: missing"]),
    "table instead of list": (
        "[[containers]]",
        "[containers]",
        ["containers: found a table", "allowed: a list"],
    ),
    "choice of another word": (
        "[run]",
        '[storage]\ndriver = "overlay"\n[run]',
        ['storage.driver: found "overlay"', "overlay2, aufs", 'did you mean "overlay2"?'],
    ),
    "image without layers": (
        'layers = [{ compressed = "80 MiB" }, { compressed = "1 MiB" }]',
        "layers = []",
        ["images[1].layers: an image without layers", "at least one layer"],
    ),
    "empty layer": (
        '{ compressed = "1 MiB" }',
        '{ compressed = "0 B" }',
        ['images[1].layers[1].compressed: found "0 B"', "more than 0"],
    ),
    "image of nowhere": (
        'name = "alpine:3.17"',
        'name = "alpine:3.71"',
        [
            'images[0].name: image "alpine:3.71" has neither layers nor manifest',
            "debian:bullseye",
            'did you mean "alpine:3.17"?',
        ],
    ),
    "layers and manifest": (
        'name = "app"',
        'name = "app"\nmanifest = "app.json"',
        ["images[1].manifest: both layers and manifest are given"],
    ),
    "no such manifest": (
        'layers = [{ compressed = "80 MiB" }, { compressed = "1 MiB" }]',
        'manifest = "nowhere.json"',
        ["images[1].manifest: ", "nowhere.json: no such file"],
    ),
    "two images of one name": (
        'name = "app"',
        'name = "alpine:3.17"',
        ['images[1].name: a second image "alpine:3.17"'],
    ),
    "one digest, two sizes": (
        '{ compressed = "80 MiB" }, { compressed = "1 MiB" }',
        '{ compressed = "80 MiB", digest = "x" }, { compressed = "1 MiB", digest = "x" }',
        ["images[1].layers[1].compressed", 'layer "x"', "83886080 B, as elsewhere"],
    ),
    "unknown image of an action": (
        'image = "app"',
        'image = "ap"',
        ['workload[0].mix[0].image: unknown image "ap"', 'did you mean "app"?'],
    ),
    "unknown image among several": (
        'image = "app"',
        'images = ["app", "alpine"]',
        ['workload[0].mix[0].images[1]: unknown image "alpine"', '"alpine:3.17"?'],
    ),
    "image and images": (
        'image = "app"',
        'image = "app", zipf = 1.0',
        ["workload[0].mix[0].zipf: image and zipf are both given"],
    ),
    "weights that do not fit": (
        'image = "app"',
        "weights = [1, 2, 3]",
        ["workload[0].mix[0].weights: 3 weights for 2 images"],
    ),
    "weights of zero": (
        'image = "app"',
        "weights = [0, 0]",
        ["workload[0].mix[0].weights: all weights are 0"],
    ),
    "a mix of nothing": (
        "tail = 10",
        "tail = 10, weight = -1",
        ["workload[0].mix[1].weight: found -1", "at least 0"],
    ),
    "unknown container kind": (
        'container = "web"',
        'container = "wbe"',
        ['workload[0].mix[0].container: unknown container kind "wbe"', 'did you mean "web"?'],
    ),
    "two kinds of one name": (
        '[[workload]]\nname = "ci"',
        '[[containers]]\nname = "web"\n[[workload]]\nname = "ci"',
        ['containers[1].name: a second "web"'],
    ),
    "memory beyond the host's": (
        '"64 MiB"',
        '"64 GiB"',
        ['containers[0].memory: found "64 GiB"', "at most the host's memory of 8 GiB"],
    ),
    "too many containers at the start": (
        "running = 2",
        "running = 200",
        ["containers: containers that run at the start hold 12.5 GiB of memory", "8 GiB"],
    ),
    "ports without a bridge": (
        "cpu = 0.3",
        'ports = 1\nnetwork = "host"',
        ['containers[0].ports: 1 published ports with the network driver "host"'],
    ),
    "containers of an absent image": (
        'image = "alpine:3.17"\nrunning',
        'image = "app"\nrunning',
        ['containers[0].image: containers at the start use image "app"', "present = true"],
    ),
    "containers of an unknown image": (
        'image = "alpine:3.17"\nrunning',
        'image = "alpin:3.17"\nrunning',
        ['containers[0].image: unknown image "alpin:3.17"'],
    ),
    "own container of nobody": (
        "tail = 10",
        'target = "own"',
        ['workload[0].mix[1].target: target "own" in a mix', "oldest, newest, random"],
    ),
    "own container of a client that has none": (
        '{ command = "run" }, { command = "rm" }',
        '{ command = "rm", target = "own" }',
        ['workload[1].cycle[0].target: target "own" in a cycle without run'],
    ),
    "duration without following": (
        "tail = 10",
        'duration = "5 s"',
        ["workload[0].mix[1].duration: a duration without following", "follow = true"],
    ),
    "two workloads of one name": (
        '"desk"',
        '"ci"',
        ['workload[1].name: a second "ci"'],
    ),
    "two lengths": (
        'duration = "1 min"',
        'duration = "1 min"\ncommands = 100',
        ["run.commands: both duration and commands are given"],
    ),
    "no length": (
        'duration = "1 min"',
        "",
        ['run: neither duration nor commands, and workload "ci" never ends'],
    ),
    "warm-up longer than the run": (
        'duration = "1 min"',
        'duration = "1 min"\nwarm_up = "1 min"',
        ["run.warm_up: warm-up of 60 s in a run of 60 s"],
    ),
    "burst without size": (
        'rate = "5 /s"',
        'rate = "5 /s"\narrivals = "bursts"',
        ['workload[0].burst_size: missing for arrivals = "bursts"'],
    ),
    "burst size without bursts": (
        'rate = "5 /s"',
        'rate = "5 /s"\nburst_size = 5',
        ['workload[0].burst_size: burst_size has no meaning for arrivals = "poisson"'],
    ),
    "times that do not ascend": (
        'rate = "5 /s"',
        'arrivals = "piecewise"\nrates = [{from = 0, rate = "1 /s"}, {from = 0, rate = "2 /s"}]',
        ["workload[0].rates[1].from: 0 s after 0 s", "ascending times"],
    ),
    "a first rate that begins late": (
        'rate = "5 /s"',
        'arrivals = "piecewise"\nrates = [{from = "1 s", rate = "1 /s"}]',
        ["workload[0].rates[0].from: the first rate begins at 1 s"],
    ),
    "times beyond the period": (
        'rate = "5 /s"',
        'arrivals = "piecewise"\nperiod = "9 s"\n'
        'rates = [{from = 0, rate = "1 /s"}, {from = "10 s", rate = "2 /s"}]',
        ["workload[0].rates[1].from: 10 s", "within the period of 9 s"],
    ),
    "rates of zero": (
        'rate = "5 /s"',
        'arrivals = "piecewise"\nrates = [{from = 0, rate = 0}]',
        ["workload[0].rates: all rates are 0"],
    ),
    "listed instants that do not ascend": (
        'rate = "5 /s"',
        'arrivals = "listed"\ntimes = ["2 s", "1 s"]',
        ["workload[0].times[1]: 1 s after 2 s", "ascending times"],
    ),
    "listed arrivals without instants": (
        'rate = "5 /s"',
        'arrivals = "listed"',
        ['workload[0].times: missing for arrivals = "listed"'],
    ),
    "unknown profile": (
        'base = "profile.toml"',
        'base = "mesured"',
        ['profile.base: unknown profile "mesured"', "a path to a .toml file", '"measured"?'],
    ),
    "no such profile": (
        'base = "profile.toml"',
        'base = "nowhere.toml"',
        ["profile.base: ", "nowhere.toml: no such file"],
    ),
    "profile that is no table": (
        '[profile]\nbase = "profile.toml"',
        'profile = "profile.toml"',
        ['profile: found "profile.toml"', "a table"],
    ),
    "step without source": (
        "[[images]]",
        '[[profile.operations.dockerd.containers_create]]\ncpu = "1 ms"\n[[images]]',
        ["profile.operations.dockerd.containers_create[0].source: missing"],
    ),
    "one table over several steps": (
        "[[images]]",
        '[profile.operations."runtime.runc".create]\ncpu = "1 ms"\n[[images]]',
        ['profile.operations."runtime.runc".create: a table over a list of 2', "[[create]]"],
    ),
    "syntax": ("clients = 4", "clients = ", ["scenario: no valid TOML", "(at line 34, column"]),
    "contending threads out of order": (
        "[run]",
        "\n".join(f'[[host.busy_flush]]\nthreads = {threads}\ndelay = "1 ms"' for threads in (2, 1))
        + "\n[run]",
        ["host.busy_flush: found threads of 2, 1", "each more than the one before"],
    ),
}
