"""What an engine tells of itself, or does not."""

import json

import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement.facts import ENGINE_FACTS, facts
from tests.engine.measurement.fake import served, whole

KNOWN = dict.fromkeys(ENGINE_FACTS, "known")


def told(on_loop, answer):
    async def scenario():
        async with served(answer) as (_, client):
            return await facts(client)

    return on_loop(scenario())


def test_what_an_engine_tells_is_kept_as_far_as_it_is_wanted(on_loop):
    assert told(on_loop, whole(json.dumps(KNOWN | {"ID": "secret"}).encode()))["engine"] == KNOWN


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (whole(b"out of order", b"500 Internal Server Error"), "/info: out of order"),
        (whole(b"<html>"), "/info is not JSON"),
        (whole(b'{"ServerVersion": "1"}'), "/info has no 'Driver'"),
        (None, "does not answer GET /info"),
    ],
)
def test_an_engine_that_does_not_tell_is_complained_of(on_loop, answer, words):
    with pytest.raises(EngineError, match=words):
        told(on_loop, answer)
