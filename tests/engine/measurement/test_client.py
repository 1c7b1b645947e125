"""Operations on an engine that is made up: what is sent, and what is made of each answer."""

import asyncio
import json
import time
from math import isnan

import pytest

from docksim.engine.measurement import client as measured
from docksim.engine.measurement.client import EngineClient, Errand
from docksim.engine.measurement.conventions import FAILED
from tests.engine.measurement.fake import OK, chunk, served, until, whole


def errand(**more):
    return Errand("some:tag", "host", "ignores", 3.0, "docksim=test", **more)


def test_a_body_is_only_counted_off_unless_it_is_wanted(on_loop):
    async def scenario():
        async with served([whole(b"x" * 3_000_000)]) as (_, client):
            assert len((await client.send("GET", "/x")).body) == 3_000_000
            seen = await client.perform("images", errand())
            assert (seen.status, seen.body) == (200, b"")
            assert not isnan(seen.first_byte)

    on_loop(scenario())


def test_an_error_is_told_in_the_words_of_the_engine(on_loop):
    async def scenario():
        refusal = whole(b'{"message":"no such image"}\n', b"404 Not Found")
        async with served(refusal) as (_, client):
            answer = await client.perform("images", errand())
            assert answer.status == 404
            assert answer.error == '{"message":"no such image"}'

    on_loop(scenario())


def test_a_redirection_is_no_success(on_loop):
    async def scenario():
        moved = b"HTTP/1.1 301 Moved Permanently\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"
        unchanged = b"HTTP/1.1 304 Not Modified\r\n\r\n"
        async with served(moved, unchanged) as (_, client):
            lost = await client.perform("stop", errand())
            assert (lost.status, lost.error) == (301, "status 301")
            stopped_before = await client.perform("stop", errand(subject="c1"))
            assert (stopped_before.status, stopped_before.error) == (304, "")

    on_loop(scenario())


def test_a_request_tells_of_its_body_or_that_it_has_none(on_loop):
    async def scenario():
        async with served(whole(b'{"Id":"c1"}')) as (engine, client):
            cycle = errand()
            await client.perform("create", cycle)
            await client.perform("start", cycle)
            await client.perform("ps", cycle)
            create, start, ps = engine.requests
            assert json.loads(create[4])["Image"] == "some:tag"
            assert create[3]["Content-Type"] == "application/json"
            assert start[:2] == ("POST", "/containers/c1/start")
            assert start[3] == {"Host": "docker", "Content-Length": "0"}
            assert ps[3] == {"Host": "docker"}

    on_loop(scenario())


def test_lines_are_heard_as_they_come_wherever_they_are_cut(on_loop):
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    parts = [chunk(b'{"a"'), 0.01, chunk(b":1}\n\n{"), 0.05, chunk(b"}\nlast"), b"0\r\n\r\n"]
    heard = []

    async def scenario():
        async with served([head, *parts]) as (_, client):
            answer = await client.listen(
                "/events", lambda line: heard.append((time.perf_counter(), line))
            )
            assert [line for _, line in heard] == [b'{"a":1}\n', b"\n", b"{}\n", b"last"]
            assert heard[2][0] - heard[0][0] >= 0.04
            assert (answer.status, answer.body) == (200, b"")

    on_loop(scenario())


def test_lines_of_a_refusal_are_not_heard(on_loop):
    heard = []

    async def scenario():
        async with served(whole(b"no\nway\n", b"500 Oh")) as (_, client):
            assert (await client.listen("/events", heard.append)).error == "no\nway"
            assert heard == []

    on_loop(scenario())


def test_to_stop_listening_closes_that_connection(on_loop):
    endless = [OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk(b"one\n"), 0.0]
    heard = []

    async def scenario():
        async with served(endless, whole(b"x")) as (engine, client):
            listening = asyncio.create_task(client.listen("/events", heard.append))
            await until(lambda: heard)
            assert (await client.send("GET", "/x")).body == b"x"
            await until(lambda: engine.open == 1)
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening
            await until(lambda: engine.open == 0)

    on_loop(scenario())


def test_listening_goes_on_for_longer_than_an_answer_may_take(on_loop, monkeypatch):
    monkeypatch.setattr(measured, "TIMEOUT", 0.1)
    slow = [OK + b"Transfer-Encoding: chunked\r\n\r\n", 0.3, chunk(b"one\n"), b"0\r\n\r\n"]
    heard = []

    async def scenario():
        async with served(slow) as (_, client):
            assert (await client.listen("/events", heard.append)).error == ""
            assert heard == [b"one\n"]

    on_loop(scenario())


def test_what_a_hearer_raises_is_raised(on_loop):
    async def scenario():
        async with served(whole(b"not json\n"), whole(b"x")) as (_, client):
            with pytest.raises(json.JSONDecodeError):
                await client.listen("/events", json.loads)
            assert (await client.send("GET", "/x")).body == b"x"

    on_loop(scenario())


def test_a_pull_tells_of_its_layers_and_of_its_failure(on_loop):
    told = [
        {"status": "Pulling fs layer", "id": "l1"},
        {"status": "Downloading", "id": "l1"},
        {"status": "Pull complete", "id": "l1"},
        {"error": "disk full"},
    ]
    lines = b"".join(json.dumps(each).encode() + b"\r\n" for each in told)

    async def scenario():
        async with served(whole(lines)) as (engine, client):
            answer = await client.perform("pull", errand())
            assert engine.requests[0][1] == "/images/create?fromImage=some:tag"
            assert [n.status for n in answer.news] == ["Pulling fs layer", "Pull complete"]
            assert answer.error == "disk full"

    on_loop(scenario())


def test_without_an_engine_there_is_an_error_and_no_exception(on_loop, tmp_path):
    async def scenario():
        client = EngineClient(tmp_path / "none")
        answer = await client.perform("run", errand())
        assert answer.status == FAILED
        assert "none" in answer.error
        assert answer.ended >= answer.issued

    on_loop(scenario())
