import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from docksim.des.distributions.notation import SCALES
from docksim.scenario.quantities import (
    BYTES,
    BYTES_PER_SECOND,
    PER_SECOND,
    SECONDS,
    Bytes,
    BytesPerSecond,
    PerSecond,
    Seconds,
)

KINDS = [SECONDS, BYTES, BYTES_PER_SECOND, PER_SECOND]


class Link(BaseModel):
    model_config = ConfigDict(frozen=True)

    bandwidth: BytesPerSecond
    rtt: Seconds = 0.02
    buffer: Bytes | None = None
    rate: PerSecond = 0.0


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (SECONDS, "250 ms", 0.25),
        (SECONDS, "250ms", 0.25),
        (SECONDS, " 10 s ", 10.0),
        (SECONDS, "15 us", 15e-6),
        (SECONDS, "15 µs", 15e-6),
        (SECONDS, "15 μs", 15e-6),
        (SECONDS, "1.5 min", 90.0),
        (SECONDS, "2 hours", 7200.0),
        (SECONDS, "1 d", 86400.0),
        (SECONDS, "1e-3 s", 0.001),
        (SECONDS, "7 ns", 7e-9),
        (BYTES, "80 MiB", 80 * 2**20),
        (BYTES, "1.5 GB", 1.5e9),
        (BYTES, "512 B", 512.0),
        (BYTES, "8 kbit", 1000.0),
        (BYTES_PER_SECOND, "1 Gbit/s", 125e6),
        (BYTES_PER_SECOND, "100 Mbps", 12.5e6),
        (BYTES_PER_SECOND, "80 MiB/s", 80 * 2**20),
        (BYTES_PER_SECOND, "6 MB/min", 1e5),
        (PER_SECOND, "2 /s", 2.0),
        (PER_SECOND, "2/s", 2.0),
        (PER_SECOND, "3 Hz", 3.0),
        (PER_SECOND, "30 /min", 0.5),
    ],
)
def test_text_becomes_si(kind, text, value):
    assert kind.parse(text) == value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("zero", [0, 0.0, "0"])
def test_zero_needs_no_unit(kind, zero):
    assert kind.parse(zero) == 0.0


@pytest.mark.parametrize(
    ("kind", "found", "message"),
    [
        (
            BYTES_PER_SECOND,
            "5 Hz",
            '\'5 Hz\' is not a byte rate; write for instance "1 Gbit/s" or "80 MiB/s"',
        ),
        (
            SECONDS,
            "80 MiB",
            '\'80 MiB\' is not a duration; write for instance "250 ms" or "10 s"',
        ),
        (
            SECONDS,
            3,
            '3 has no unit, so it is not a duration; write for instance "250 ms" or "10 s"',
        ),
    ],
)
def test_message_says_what_was_found_and_what_is_allowed(kind, found, message):
    with pytest.raises(ValueError, match="write for instance") as caught:
        kind.parse(found)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kind", "found", "message"),
    [
        (PER_SECOND, "5 B/s", "'5 B/s' is not a rate of events"),
        (PER_SECOND, "5 s", "'5 s' is not a rate of events"),
        (BYTES, "5 MiB/s", "'5 MiB/s' is not an amount of data"),
        (BYTES, "5 KB", "'5 KB': 'KB' is no unit known here"),
        (BYTES, "7", "'7' has no unit"),
        (BYTES, 1024, "1024 has no unit"),
        (BYTES, True, "true is not an amount of data"),
        (BYTES, None, "None is not an amount of data"),
        (BYTES, ["1 B"], "a list of 1 is not an amount of data"),
        (SECONDS, "soon", "'soon' is not a duration"),
        (SECONDS, "", "'' is not a duration"),
        (SECONDS, "1 2 s", "'1 2 s' is not a duration"),
        (SECONDS, "1 s s", "'1 s s' is not a duration"),
        (SECONDS, "1 s**9**9**9", "is not a duration"),
        (SECONDS, "9**9**9 s", "is not a duration"),
        (SECONDS, "1 */ s", "'\\*/ s' is no unit"),
        (SECONDS, "1,5 s", "'1,5 s' is not a duration"),
        (SECONDS, "-3 ms", "'-3 ms' is negative"),
        (SECONDS, "nan s", "'nan s' is not a finite number"),
        (SECONDS, "inf", "'inf' is not a finite number"),
        (SECONDS, "-Infinity s", "is not a finite number"),
        (SECONDS, math.nan, "nan is not a finite number"),
        (SECONDS, -math.inf, "-inf is not a finite number"),
        (SECONDS, "1e400 s", "'1e400 s' is too large"),
        (SECONDS, "1e308 h", "'1e308 h' is too large"),
        (SECONDS, "1e99999999999999999999 s", "is too large"),
    ],
)
def test_everything_else_is_refused(kind, found, message):
    with pytest.raises(ValueError, match=message):
        kind.parse(found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_unit_that_is_written_is_read(kind):
    for name, size in SCALES[kind.unit].items():
        assert kind.parse(f"3 {name}") == float(3 * size)


@given(st.floats(0, 1e300), st.sampled_from(KINDS))
def test_written_value_reads_back_to_the_bit(value, kind):
    assert kind.parse(kind.write(value)) == value


@given(st.decimals(0, 1023, places=3), st.sampled_from(["ns", "µs", "ms", "s"]))
def test_written_durations_are_as_short_as_they_were(number, unit):
    given_text = f"{number.normalize():f} {unit}"

    assert (
        len(SECONDS.write(SECONDS.parse(given_text)).split()[0]) <= len(given_text.split()[0]) + 1
    )


def test_fields_of_a_model_round_trip():
    link = Link.model_validate({"bandwidth": "1 Gbit/s", "rtt": "20 ms", "buffer": "64 KiB"})

    assert link == Link(bandwidth="125 MB/s", buffer="65536 B")
    assert link.bandwidth == 125e6
    assert link.model_dump() == {
        "bandwidth": "1 Gbit/s",
        "rtt": "20 ms",
        "buffer": "64 KiB",
        "rate": "0 /s",
    }
    assert Link.model_validate(link.model_dump()) == link
    assert Link.model_validate_json(link.model_dump_json()) == link
    assert Link(bandwidth="1 B/s").model_dump()["buffer"] is None


def test_model_places_the_error_at_its_field():
    with pytest.raises(ValidationError) as caught:
        Link(bandwidth="1 Gbit/s", buffer="3 s")

    (details,) = caught.value.errors()
    assert details["loc"][0] == "buffer"
    assert "'3 s' is not an amount of data" in details["msg"]


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_json_schema_has_an_example(mode):
    schema = Link.model_json_schema(mode=mode)["properties"]["bandwidth"]

    assert schema["examples"] == ["1 Gbit/s", "80 MiB/s"]
    assert {"type": "string"} in schema["anyOf"]


def test_examples_are_valid():
    assert all(kind.parse(example) > 0 for kind in KINDS for example in kind.examples)


def test_pint_is_imported_on_first_use():
    script = (
        "import sys\n"
        "from docksim.scenario.quantities import SECONDS\n"
        "SECONDS.parse(0), SECONDS.write(0.25)\n"
        "print('pint' in sys.modules)\n"
        "SECONDS.parse('1 s')\n"
        "print('pint' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False", "True"]
