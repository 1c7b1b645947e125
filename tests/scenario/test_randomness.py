import tomllib

import pytest
import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError

from docksim.des.distributions import (
    FAMILIES,
    BoundedPareto,
    Constant,
    Distribution,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Mixture,
    Shifted,
    Truncated,
    Uniform,
    Weibull,
)
from docksim.scenario.randomness import (
    RANDOM_BYTES,
    RANDOM_BYTES_PER_SECOND,
    RANDOM_SECONDS,
    RandomBytes,
    RandomBytesPerSecond,
    RandomSeconds,
)

LATENCY = Lognormal(0.003, 0.006)

DECLARED = [
    ({"distribution": "constant", "value": "3 ms"}, Constant(0.003)),
    ({"distribution": "uniform", "low": 0, "high": "1 s"}, Uniform(0, 1)),
    ({"distribution": "exponential", "mean": "3 ms"}, Exponential(0.003)),
    ({"distribution": "erlang", "shape": 3, "mean": "3 ms"}, Erlang(3, 0.003)),
    ({"distribution": "gamma", "mean": "3 ms", "cv": 0.5}, Gamma(0.003, 0.5)),
    ({"distribution": "lognormal", "median": "3 ms", "p95": "6 ms"}, LATENCY),
    (
        {"distribution": "lognormal", "mean": "3 ms", "cv": 2},
        Lognormal.from_mean_cv(0.003, 2),
    ),
    ({"distribution": "weibull", "scale": "1 min", "shape": 0.7}, Weibull(60, 0.7)),
    (
        {"distribution": "bounded_pareto", "low": "1 ms", "high": "1 s", "alpha": 1.2},
        BoundedPareto(0.001, 1, 1.2),
    ),
    (
        {"distribution": "hyperexponential", "means": ["1 ms", "1 s"], "weights": [9, 1]},
        Hyperexponential((0.001, 1), (9, 1)),
    ),
    (
        {"distribution": "empirical", "probabilities": [0, 0.5, 1], "values": [0, "1 ms", "1 s"]},
        Empirical((0, 0.5, 1), (0, 0.001, 1)),
    ),
    (
        {
            "distribution": "mixture",
            "parts": ["3 ms", {"distribution": "lognormal", "median": "3 ms", "p95": "6 ms"}],
            "weights": [0.9, 0.1],
        },
        Mixture((Constant(0.003), LATENCY), (0.9, 0.1)),
    ),
    (
        {
            "distribution": "shifted",
            "base": {"distribution": "exponential", "mean": "1 ms"},
            "by": "1 s",
        },
        Shifted(Exponential(0.001), 1),
    ),
    (
        {
            "distribution": "truncated",
            "base": {"distribution": "exponential", "mean": "1 s"},
            "low": "1 s",
        },
        Truncated(Exponential(1), 1),
    ),
]


class Step(BaseModel):
    model_config = ConfigDict(frozen=True)

    cpu: RandomSeconds = Constant(0.0)
    size: RandomBytes | None = None
    rate: RandomBytesPerSecond | None = None


def test_plain_quantity_is_constant():
    assert RANDOM_SECONDS.parse("3 ms") == Constant(0.003)
    assert RANDOM_SECONDS.parse(0) == Constant(0)
    assert RANDOM_BYTES.parse("1 KiB") == Constant(1024)
    assert RANDOM_SECONDS.parse(LATENCY) is LATENCY


@pytest.mark.parametrize(("table", "law"), DECLARED, ids=lambda item: str(item)[:40])
def test_table_declares_a_law(table, law):
    assert RANDOM_SECONDS.parse(table) == law


@pytest.mark.parametrize("law", [law for _, law in DECLARED], ids=lambda law: law.declare("s"))
def test_law_round_trips_through_toml(law):
    text = tomli_w.dumps({"cpu": RANDOM_SECONDS.write(law)})

    assert RANDOM_SECONDS.parse(tomllib.loads(text)["cpu"]) == law


def test_every_family_can_be_declared():
    assert {type(law) for _, law in DECLARED} == set(FAMILIES.values())


def test_written_form_is_the_declared_one():
    table = {"distribution": "lognormal", "median": "80 MiB/s", "p95": "1 Gbit/s"}

    assert RANDOM_BYTES_PER_SECOND.write(RANDOM_BYTES_PER_SECOND.parse(table)) == table
    assert RANDOM_SECONDS.write(Constant(0.25)) == "250 ms"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("3 MB", "'3 MB' is not a duration; write for instance"),
        (3, "3 has no unit"),
        (["3 ms"], "a list of 1 is not a duration"),
        ({"mean": "3 ms"}, "a table without the key distribution; allowed: constant, uniform, exp"),
        (
            {"distribution": "lognorml"},
            'distribution: unknown distribution "lognorml"; allowed: .*; did you mean "lognormal"',
        ),
        ({"distribution": 3}, "distribution: unknown distribution 3; allowed: constant"),
        ({"distribution": ["x"]}, "distribution: unknown distribution a list of 1; allowed"),
        ({"distribution": "exponential"}, "mean: missing; allowed: a quantity"),
        (
            {"distribution": "exponential", "meen": "3 ms"},
            'meen: unknown key "meen"; allowed: mean; did you mean "mean"',
        ),
        (
            {"distribution": "lognormal", "mean": "3 ms", "p95": "6 ms"},
            'unknown key "p95"; allowed: mean, cv.*cv: missing; allowed: a plain number',
        ),
        (
            {"distribution": "lognormal", "median": "3 ms", "p95": "6 MB"},
            "p95: '6 MB' is not a duration",
        ),
        (
            {"distribution": "gamma", "mean": "3 ms", "cv": "1"},
            'cv: found "1"; allowed: a plain number',
        ),
        (
            {"distribution": "gamma", "mean": "3 ms", "cv": True},
            "cv: found true; allowed: a plain number",
        ),
        (
            {"distribution": "gamma", "mean": "3 ms", "cv": float("nan")},
            "gamma: cv must be a finite number above 0",
        ),
        (
            {"distribution": "empirical", "probabilities": 1, "values": []},
            "probabilities: found 1; allowed: a list",
        ),
        (
            {"distribution": "lognormal", "median": "6 ms", "p95": "3 ms"},
            "lognormal: p95 must be above the median",
        ),
        (
            {
                "distribution": "mixture",
                "parts": ["1 s", {"distribution": "shifted", "base": "1 s", "by": "1 B"}],
                "weights": [1, 1],
            },
            r"parts\[1\]\.by: '1 B' is not a duration",
        ),
    ],
)
def test_error_says_where_what_and_what_instead(value, message):
    with pytest.raises(ValueError, match=message):
        RANDOM_SECONDS.parse(value)


def test_fields_of_a_model_round_trip():
    step = Step.model_validate(
        {"cpu": {"distribution": "gamma", "mean": "3 ms", "cv": 0.5}, "size": "80 MiB"}
    )

    assert step.cpu == Gamma(0.003, 0.5)
    assert step.model_dump() == {
        "cpu": {"distribution": "gamma", "mean": "3 ms", "cv": 0.5},
        "size": "80 MiB",
        "rate": None,
    }
    assert Step.model_validate(step.model_dump()) == step
    assert Step.model_validate_json(step.model_dump_json()) == step
    assert step.model_dump(exclude_defaults=True).keys() == {"cpu", "size"}
    assert hash(step) == hash(Step.model_validate(step.model_dump()))


def test_model_takes_laws_as_they_are():
    step = Step(cpu=LATENCY)

    assert isinstance(step.cpu, Distribution)
    assert step.cpu is LATENCY


def test_model_places_the_error_at_its_field():
    with pytest.raises(ValidationError) as caught:
        Step.model_validate({"size": {"distribution": "exponential", "mean": "1 s"}})

    (details,) = caught.value.errors()
    assert details["loc"][0] == "size"
    assert "mean: '1 s' is not an amount of data" in details["msg"]


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_json_schema_knows_every_family_and_has_examples(mode):
    schema = Step.model_json_schema(mode=mode)["properties"]["cpu"]

    tables = [option for option in schema["anyOf"] if option.get("type") == "object"]
    assert {table["properties"]["distribution"]["const"] for table in tables} == set(FAMILIES)
    assert all(RANDOM_SECONDS.parse(example) for example in schema["examples"])


def test_json_schema_asks_for_what_the_parser_asks_for():
    schema = RANDOM_SECONDS.json_schema()
    asked = [option for option in schema["anyOf"] if "required" in option]

    for table, _ in DECLARED:
        assert any(
            set(option["required"]) <= set(table) <= set(option["properties"])
            and option["properties"]["distribution"]["const"] == table["distribution"]
            for option in asked
        )
