"""Requests to an engine that is made up, and its answers: whole, broken off, late."""

import asyncio
import time
from math import isnan
from urllib.parse import unquote

import pytest

from docksim.engine.measurement import client as measured
from docksim.engine.measurement.conventions import FAILED
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
def test_answers_of_every_kind_come_on_connections_of_their_own(on_loop, answer, status, body):
    async def scenario():
        async with served(answer) as (engine, client):
            found = [await client.send("GET", "/x") for _ in range(3)]
            assert [(a.status, a.body, a.error) for a in found] == [(status, body, "")] * 3
            assert engine.connections == 3
            await until(lambda: engine.open == 0)

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
        async with served([0.12, whole(b"y")], 5.0) as (engine, client):
            assert (await client.send("GET", "/x")).body == b"y"
            answer = await client.send("GET", "/x")
            assert (answer.status, answer.error) == (FAILED, "no whole answer within 0.2 s")
            assert 0.19 <= answer.ended - answer.issued <= 0.4
            await until(lambda: engine.open == 0)

    on_loop(scenario())


def test_a_request_without_an_answer_is_sent_once(on_loop):
    async def scenario():
        async with served(None, whole(b"y")) as (engine, client):
            answer = await client.send("GET", "/x")
            assert (answer.status, answer.error) == (FAILED, "the engine closed the connection")
            assert len(engine.requests) == 1

    on_loop(scenario())
