"""Connections to an engine that is made up: kept, shared, broken and replaced."""

import asyncio
import time
from math import isnan
from urllib.parse import unquote

import pytest

from docksim.engine.measurement import client as measured
from docksim.engine.measurement.client import FAILED, connected
from tests.engine.measurement.fake import OK, chunk, served, until, whole

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"ab") + chunk(b"cde") + b"0\r\n\r\n"
BYTE_BY_BYTE = [CHUNKED[i : i + 1] for i in range(len(CHUNKED))]


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (whole(b"abcde"), 200, b"abcde"),
        (whole(b""), 200, b""),
        (CHUNKED, 200, b"abcde"),
        (BYTE_BY_BYTE, 200, b"abcde"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", 304, b""),
    ],
    ids=["length", "empty", "chunks", "byte by byte", "204", "304"],
)
def test_one_connection_serves_answers_of_every_kind_in_turn(on_loop, answer, status, body):
    async def scenario():
        async with served(answer) as (engine, client):
            found = [await client.send("GET", "/x") for _ in range(3)]
            assert [(a.status, a.body, a.error) for a in found] == [(status, body, "")] * 3
            assert engine.connections == 1

    on_loop(scenario())


def test_there_are_as_many_connections_as_requests_at_once(on_loop):
    async def scenario():
        async with served([0.02, whole(b"x")]) as (engine, client):
            for _ in range(3):
                await asyncio.gather(*(client.send("GET", "/x") for _ in range(5)))
            assert engine.connections == 5

    on_loop(scenario())


def test_a_connection_that_the_engine_closes_after_its_answer_is_not_used_again(on_loop):
    closing = [whole(b"bye", more=b"Connection: close\r\n"), None]

    async def scenario():
        async with served(closing) as (engine, client):
            found = [await client.send("POST", "/x") for _ in range(2)]
            assert [(a.status, a.body) for a in found] == [(200, b"bye")] * 2
            assert engine.connections == 2

    on_loop(scenario())


def test_times_are_in_the_order_of_what_happens(on_loop):
    slow = [0.03, OK + b"Transfer-Encoding: chunked\r\n\r\n", 0.03, chunk(b"a"), 0.03, b"0\r\n\r\n"]

    async def scenario():
        async with served(slow) as (_, client):
            before = time.perf_counter()
            answer = await client.send("GET", "/x")
            assert before <= answer.issued < before + 0.03
            assert answer.first_byte - answer.issued >= 0.055  # not at the head, but at the body
            assert answer.ended - answer.first_byte >= 0.025
            assert answer.ended <= time.perf_counter()

    on_loop(scenario())


def test_without_a_body_there_is_no_first_byte_of_it(on_loop):
    async def scenario():
        async with served(b"HTTP/1.1 204 No Content\r\n\r\n") as (_, client):
            assert isnan((await client.send("POST", "/x")).first_byte)

    on_loop(scenario())


def test_what_a_url_may_not_hold_is_encoded(on_loop):
    path = '/containers/json?all=1&filters={"label": ["a=b é"]}'

    async def scenario():
        async with served(whole(b"")) as (engine, client):
            await client.send("GET", path)
            ((_, target, version, _, _),) = engine.requests
            assert version == "HTTP/1.1"
            assert target.startswith("/containers/json?all=1&filters=%7B%22label%22:%20%5B")
            assert unquote(target) == path

    on_loop(scenario())


def test_what_is_encoded_already_stays_so(on_loop):
    async def scenario():
        async with served(whole(b"")) as (engine, client):
            await client.send("GET", "/images/a%2Fb:tag@sha256:0/json")
            assert engine.requests[0][1] == "/images/a%2Fb:tag@sha256:0/json"

    on_loop(scenario())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_broke_while_it_was_idle_is_replaced(on_loop, method):
    async def scenario():
        async with served(whole(b"x")) as (engine, client):
            await client.send("GET", "/x")
            engine.writers[0].close()
            await until(lambda: engine.open == 0)
            await asyncio.sleep(0.01)
            assert (await client.send(method, "/x")).status == 200
            assert engine.connections == 2

    on_loop(scenario())


@pytest.mark.parametrize(("method", "status", "seen"), [("GET", 200, 3), ("POST", FAILED, 2)])
def test_only_what_may_be_repeated_is_sent_again_when_no_answer_comes(
    on_loop, method, status, seen
):
    async def scenario():
        async with served(whole(b"x"), None, whole(b"y")) as (engine, client):
            await client.send("GET", "/x")
            answer = await client.send(method, "/x")
            assert answer.status == status
            assert bool(answer.error) == (status == FAILED)
            assert len(engine.requests) == seen

    on_loop(scenario())


def test_a_request_whose_answer_had_begun_is_not_sent_again(on_loop):
    half = [OK + b"Content-Length: 10\r\n\r\nabc", None]

    async def scenario():
        async with served(whole(b"x"), half, whole(b"y")) as (engine, client):
            await client.send("GET", "/x")
            assert (await client.send("GET", "/x")).status == FAILED
            assert len(engine.requests) == 2

    on_loop(scenario())


def test_a_fresh_connection_that_is_closed_without_an_answer_is_not_tried_again(on_loop):
    async def scenario():
        async with served(None) as (engine, client):
            answer = await client.send("GET", "/x")
            assert (answer.status, answer.error) == (FAILED, "the engine closed the connection")
            assert len(engine.requests) == 1

    on_loop(scenario())


@pytest.mark.parametrize(
    "beginning",
    [
        OK + b"Content-Length: 10\r\n\r\nabc",
        OK + b"Content-Length: 10\r\nConnection: close\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"abc"),
        OK + b"Content-Le",
    ],
    ids=["length", "last", "chunks", "head"],
)
def test_half_an_answer_is_none(on_loop, beginning):
    async def scenario():
        async with served([beginning, None], whole(b"x")) as (_, client):
            answer = await client.send("POST", "/x")
            assert (answer.status, answer.body) == (FAILED, b"")
            assert answer.error == "the engine closed the connection"
            assert (await client.send("GET", "/x")).body == b"x"

    on_loop(scenario())


def test_what_is_not_http_is_an_error(on_loop):
    async def scenario():
        async with served(b"hello\r\n\r\n", whole(b"x")) as (_, client):
            answer = await client.send("GET", "/x")
            assert answer.status == FAILED
            assert answer.error
            assert (await client.send("GET", "/x")).body == b"x"

    on_loop(scenario())


def test_what_comes_unasked_is_not_taken_for_the_next_answer(on_loop):
    async def scenario():
        async with served([whole(b"x"), 0.01, whole(b"unasked")[:-3]], whole(b"y")) as (_, client):
            await client.send("GET", "/x")
            await asyncio.sleep(0.05)
            assert (await client.send("GET", "/x")).body == b"y"

    on_loop(scenario())


def test_an_answer_that_takes_too_long_is_given_up(on_loop, monkeypatch):
    monkeypatch.setattr(measured, "TIMEOUT", 0.2)

    async def scenario():
        async with served(whole(b"x"), [0.12, whole(b"y")], 5.0) as (engine, client):
            # The first two arm the timer and outlive it: the third has a time of its own.
            assert (await client.send("GET", "/x")).status == 200
            await asyncio.sleep(0.15)
            assert (await client.send("GET", "/x")).body == b"y"
            answer = await client.send("GET", "/x")
            assert (answer.status, answer.error) == (FAILED, "no whole answer within 0.2 s")
            assert 0.19 <= answer.ended - answer.issued <= 0.4
            assert engine.connections == 1

    on_loop(scenario())


def test_in_the_end_all_connections_are_closed_also_those_in_use(on_loop):
    async def scenario():
        async with served([0.02, whole(b"x")]) as (engine, _):
            async with connected(engine.socket) as client:
                await asyncio.gather(client.send("GET", "/x"), client.send("GET", "/x"))
                waiting = asyncio.create_task(client.send("POST", "/x"))
                await until(lambda: len(engine.requests) == 3)
                assert engine.open == 2
            assert (await waiting).status == FAILED
            await until(lambda: engine.open == 0)

    on_loop(scenario())
