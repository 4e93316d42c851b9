"""The official `anthropic` package for Python against Reeve. Prints one JSON line per case; see README.md."""

import asyncio
import json
import os
import time
import urllib.error
import urllib.request

import anthropic
from anthropic import Anthropic, AsyncAnthropic
from pydantic import BaseModel
from report_cases import report_cases

REEVE_URL = os.environ["REEVE_URL"]
REEVE_KEY = os.environ["REEVE_KEY"]
NARROW_KEY = os.environ["NARROW_KEY"]
MOCK_URL = os.environ["MOCK_URL"]
TEXT = "The stick is split in two: café 🌾 done."
INPUT = {"city": "Oslo", "unit": "celsius"}
MESSAGES = [{"role": "user", "content": "What is a tally?"}]
TOOLS = [
    {
        "name": "get_weather",
        "description": "Looks outside.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
]


class Tally(BaseModel):
    name: str
    count: int


def connect(**options):
    return Anthropic(**{"api_key": REEVE_KEY, "base_url": REEVE_URL, "max_retries": 0, **options})


client = connect()
CASES = {}


def case(name):
    def register(function):
        CASES[name] = function
        return function

    return register


def get_json(url, headers=None):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as response:
        return json.load(response)


def requests_to(model):
    return get_json(f"{MOCK_URL}/__requests/{model}")


def find_receipt(receipt_id):
    try:
        return get_json(f"{REEVE_URL}/api/v1/receipts/{receipt_id}", {"authorization": f"Bearer {REEVE_KEY}"})
    except urllib.error.HTTPError:
        return None


def until(read, accept, limit_seconds=5):
    end = time.monotonic() + limit_seconds
    while True:
        value = read()
        if accept(value) or time.monotonic() > end:
            return value
        time.sleep(0.02)


def asked(**fields):
    return {"model": "good", "max_tokens": 50, "messages": MESSAGES, **fields}


def ask(model, **options):
    return client.with_options(**options).messages.create(**asked(model=model))


def rejects(run, error_class, status, kind):
    try:
        run()
    except error_class as error:
        assert error.status_code == status, error.status_code
        assert error.body["error"]["type"] == kind, error.body
        assert error.request_id and error.request_id == error.body["request_id"]
        return error
    raise AssertionError("it did not fail")


@case("message")
def _():
    answer = client.messages.create(**asked(system="Be brief.", stop_sequences=["END"]))
    assert (answer.type, answer.role, answer.stop_reason) == ("message", "assistant", "end_turn")
    assert answer.content[0].text == TEXT
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 9)
    sent = requests_to("good")[-1]["body"]
    assert sent["messages"][0] == {"role": "system", "content": "Be brief."}
    assert sent["stop"] == ["END"]


@case("message with a bearer token")
def _():
    bearer = Anthropic(auth_token=REEVE_KEY, base_url=REEVE_URL, max_retries=0)
    assert bearer.messages.create(**asked()).content[0].text == TEXT


@case("image and document")
def _():
    content = [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "notes"}},
        {"type": "text", "text": "What is it?"},
    ]
    client.messages.create(**asked(messages=[{"role": "user", "content": content}]))
    image, notes, text = requests_to("good")[-1]["body"]["messages"][0]["content"]
    assert image["image_url"]["url"] == "data:image/png;base64,iVBORw0KGgo="
    assert (notes["text"], text["text"]) == ("notes", "What is it?")


@case("streamed message")
def _():
    with client.messages.stream(**asked()) as stream:
        assert "".join(stream.text_stream) == TEXT
        answer = stream.get_final_message()
    assert answer.content[0].text == TEXT
    assert answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 9)


@case("streamed message, event by event")
def _():
    raw = client.messages.with_raw_response.create(**asked(stream=True))
    types = []
    for event in raw.parse():
        if types[-1:] != [event.type]:
            types.append(event.type)
    assert types == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ], types
    receipt = find_receipt(raw.headers["x-reeve-receipt"])
    assert (receipt["status"], receipt["token_usage"]["total"]) == ("ok", 20)


@case("tools and their results")
def _():
    first = client.messages.create(**asked(tools=TOOLS, tool_choice={"type": "any"}))
    assert first.stop_reason == "tool_use"
    use = first.content[0]
    assert (use.type, use.name, use.input) == ("tool_use", "get_weather", INPUT)
    history = [
        *MESSAGES,
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "3 °C"}]},
    ]
    assert client.messages.create(**asked(tools=TOOLS, messages=history)).content[0].text == TEXT


@case("streamed tools")
def _():
    with client.messages.stream(**asked(tools=TOOLS)) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "input_json"]
        answer = stream.get_final_message()
    assert (answer.content[0].name, answer.content[0].input) == ("get_weather", INPUT)
    assert snapshots[-1] == INPUT
    assert answer.stop_reason == "tool_use"


@case("structured output")
def _():
    answer = client.messages.parse(**asked(output_format=Tally))
    assert answer.parsed_output == Tally(name="tally", count=3)
    schema = requests_to("good")[-1]["body"]["response_format"]["json_schema"]["schema"]
    assert list(schema["properties"]) == ["name", "count"]


@case("counting tokens")
def _():
    count = client.messages.count_tokens(model="good", messages=MESSAGES, tools=TOOLS)
    assert count.input_tokens > 10, count


@case("response headers")
def _():
    raw = client.messages.with_raw_response.create(**asked())
    receipt_id = raw.headers["x-reeve-receipt"]
    answer = raw.parse()
    assert answer.id == f"msg_{receipt_id}"
    assert raw.headers["x-reeve-route"] == "mock/good"
    assert answer._request_id and answer._request_id == raw.headers["x-request-id"]
    assert find_receipt(receipt_id)["cost_nanos"] == 11 * 150 + 9 * 600


@case("error 400")
def _():
    error = rejects(lambda: ask("status-400"), anthropic.BadRequestError, 400, "invalid_request_error")
    assert "mock says 400" in str(error)


@case("error 400 by name")
def _():
    search = [{"type": "web_search_20250305", "name": "web_search"}]
    refused = lambda: client.messages.create(**asked(tools=search))
    error = rejects(refused, anthropic.BadRequestError, 400, "invalid_request_error")
    assert error.body["error"]["details"]["error_code"] == "unsupported_parameter"
    assert "mock/good does not take tools.web_search_20250305" in str(error)


@case("error 401")
def _():
    stranger = connect(api_key="rv_unknown")
    refused = lambda: stranger.messages.create(**asked())
    rejects(refused, anthropic.AuthenticationError, 401, "authentication_error")


@case("error 403")
def _():
    narrow = connect(api_key=NARROW_KEY)
    rejects(lambda: narrow.messages.create(**asked()), anthropic.PermissionDeniedError, 403, "permission_error")


@case("error 404")
def _():
    error = rejects(lambda: ask("no-such-model"), anthropic.NotFoundError, 404, "not_found_error")
    assert "good" in str(error)


@case("error 429")
def _():
    error = rejects(lambda: ask("status-429-after-7"), anthropic.RateLimitError, 429, "rate_limit_error")
    assert error.response.headers["retry-after"] == "7"


@case("error 500")
def _():
    rejects(lambda: ask("status-500"), anthropic.InternalServerError, 502, "api_error")


@case("error of a provider that refuses our key")
def _():
    before = len(requests_to("status-401"))
    rejects(lambda: ask("status-401", max_retries=2), anthropic.InternalServerError, 502, "api_error")
    assert len(requests_to("status-401")) - before == 1, "asked again although told not to"


@case("error inside a stream")
def _():
    types = []
    try:
        for event in client.messages.create(**asked(model="error-middle", stream=True)):
            types.append(event.type)
        raise AssertionError("it did not fail")
    except anthropic.APIError as error:
        assert "overheated" in str(error), error
    assert "content_block_delta" in types and "message_stop" not in types


@case("retries of the client")
def _():
    assert ask("flaky-500-3", max_retries=3).content[0].text == TEXT


@case("abort in the middle of a stream")
def _():
    raw = client.messages.with_raw_response.create(**asked(model="endless", stream=True))
    stream = raw.parse()
    for _ in range(6):
        next(stream)
    aborted_ms = time.time() * 1000
    stream.close()
    request = until(lambda: requests_to("endless"), lambda found: found and found[0]["closedEarlyAt"])[0]
    delay_ms = request["closedEarlyAt"] - aborted_ms
    assert delay_ms <= 100, f"the provider saw the end after {delay_ms} ms"
    receipt = until(
        lambda: find_receipt(raw.headers["x-reeve-receipt"]),
        lambda found: found is not None and found["status"] != "assumed",
    )
    assert receipt["status"] == "aborted"


@case("asynchronous client")
def _():
    async def run():
        async with AsyncAnthropic(api_key=REEVE_KEY, base_url=REEVE_URL, max_retries=0) as many:
            return await asyncio.gather(*[many.messages.create(**asked()) for _ in range(20)])

    assert [answer.content[0].text for answer in asyncio.run(run())] == [TEXT] * 20


@case("asynchronous stream")
def _():
    async def run():
        async with AsyncAnthropic(api_key=REEVE_KEY, base_url=REEVE_URL, max_retries=0) as one:
            async with one.messages.stream(**asked()) as stream:
                return "".join([text async for text in stream.text_stream])

    assert asyncio.run(run()) == TEXT


report_cases(CASES)
