"""The official `openai` package for Python against Reeve. Prints one JSON line per case; see README.md."""

import asyncio
import json
import os
import time
import urllib.error
import urllib.request

import openai
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel
from report_cases import report_cases

REEVE_URL = os.environ["REEVE_URL"]
REEVE_KEY = os.environ["REEVE_KEY"]
NARROW_KEY = os.environ["NARROW_KEY"]
MOCK_URL = os.environ["MOCK_URL"]
BASE_URL = REEVE_URL + "/v1"
TEXT = "The stick is split in two: café 🌾 done."
COST = 11 * 150 + 9 * 600
MESSAGES = [{"role": "user", "content": "What is a tally?"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
                "required": ["city", "unit"],
                "additionalProperties": False,
            },
        },
    }
]

FUNCTION_TOOLS = [{"type": "function", **TOOLS[0]["function"]}]

client = OpenAI(api_key=REEVE_KEY, base_url=BASE_URL, max_retries=0)
CASES = {}


class Tally(BaseModel):
    name: str
    count: int


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


def fails(function, error_class, status):
    try:
        function()
    except error_class as error:
        assert error.status_code == status, error.status_code
        return error
    raise AssertionError("it did not fail")


def ask(model, with_client=None, **params):
    return (with_client or client).chat.completions.create(model=model, messages=MESSAGES, **params)


@case("chat")
def _():
    answer = ask("good")
    assert answer.choices[0].message.content == TEXT
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (11, 9, 20)
    assert answer.object == "chat.completion"


@case("chat with several choices")
def _():
    assert [choice.index for choice in ask("good", n=3).choices] == [0, 1, 2]


@case("unknown fields reach the provider")
def _():
    ask("good", metadata={"farm": "north"}, extra_body={"not_in_any_schema": [1, {"deep": None}]})
    sent = requests_to("good")[-1]["body"]
    assert sent["not_in_any_schema"] == [1, {"deep": None}]
    assert sent["metadata"] == {"farm": "north"}


@case("stream")
def _():
    text, reasons = "", []
    for chunk in ask("good", stream=True):
        assert chunk.usage is None, "usage that nobody asked for"
        assert len(chunk.choices) == 1, "a chunk without a choice"
        text += chunk.choices[0].delta.content or ""
        if chunk.choices[0].finish_reason:
            reasons.append(chunk.choices[0].finish_reason)
    assert text == TEXT
    assert reasons == ["stop"]


@case("stream with usage")
def _():
    raw = client.chat.completions.with_raw_response.create(
        model="good", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(raw.parse())
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens == 20
    receipt = find_receipt(raw.headers["x-reeve-receipt"])
    assert receipt["status"] == "ok"
    assert receipt["token_usage"]["total"] == 20


@case("tools")
def _():
    choice = ask("good", tools=TOOLS).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls[0].function.name == "get_weather"
    assert json.loads(choice.message.tool_calls[0].function.arguments) == {"city": "Oslo", "unit": "celsius"}


@case("tool result")
def _():
    call = {"id": "call_mock", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = MESSAGES + [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_mock", "content": "3 °C"},
    ]
    answer = client.chat.completions.create(model="good", tools=TOOLS, messages=messages)
    assert answer.choices[0].message.content == TEXT


@case("streamed tools")
def _():
    with client.chat.completions.stream(model="good", messages=MESSAGES, tools=TOOLS) as stream:
        call = stream.get_final_completion().choices[0].message.tool_calls[0]
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Oslo", "unit": "celsius"}


@case("structured output")
def _():
    answer = client.chat.completions.parse(model="good", messages=MESSAGES, response_format=Tally)
    assert answer.choices[0].message.parsed == Tally(name="tally", count=3)


@case("streamed structured output")
def _():
    with client.chat.completions.stream(model="good", messages=MESSAGES, response_format=Tally) as stream:
        answer = stream.get_final_completion()
    assert answer.choices[0].message.parsed == Tally(name="tally", count=3)


@case("response")
def _():
    answer = client.responses.create(model="good", input="What is a tally?", instructions="Be brief.")
    assert answer.output_text == TEXT
    assert answer.status == "completed"
    assert answer.instructions == "Be brief."
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.total_tokens) == (11, 9, 20)


@case("streamed response")
def _():
    types, text, snapshot = [], "", ""
    with client.responses.stream(model="good", input="What is a tally?") as stream:
        for at, event in enumerate(stream):
            assert event.sequence_number == at
            types.append(event.type)
            if event.type == "response.output_text.delta":
                text += event.delta
                snapshot = event.snapshot
        final = stream.get_final_response()
    assert text == snapshot == final.output_text == TEXT
    assert (types[0], types[-1]) == ("response.created", "response.completed")


@case("response with tools")
def _():
    first = client.responses.create(model="good", input="Weather?", tools=FUNCTION_TOOLS)
    call = first.output[0]
    assert (call.type, call.name) == ("function_call", "get_weather")
    assert json.loads(call.arguments) == {"city": "Oslo", "unit": "celsius"}
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "3 °C"}
    second = client.responses.create(
        model="good", input=[{"role": "user", "content": "Weather?"}, *first.output, result], tools=FUNCTION_TOOLS
    )
    assert second.output_text == TEXT


@case("streamed response with tools")
def _():
    snapshot = ""
    with client.responses.stream(model="good", input="Weather?", tools=FUNCTION_TOOLS) as stream:
        for event in stream:
            if event.type == "response.function_call_arguments.delta":
                snapshot = event.snapshot
        call = stream.get_final_response().output[0]
    assert json.loads(call.arguments) == {"city": "Oslo", "unit": "celsius"}
    assert snapshot == call.arguments


@case("structured response")
def _():
    answer = client.responses.parse(model="good", input="Count.", text_format=Tally)
    assert answer.output_parsed == Tally(name="tally", count=3)


@case("streamed structured response")
def _():
    with client.responses.stream(model="good", input="Count.", text_format=Tally) as stream:
        answer = stream.get_final_response()
    assert answer.output_parsed == Tally(name="tally", count=3)


@case("streamed response of every kind of item")
def _():
    with client.responses.stream(model="medley", input="x") as stream:
        reasoning, message, *calls = stream.get_final_response().output
    assert reasoning.summary[0].text == "Let me think."
    assert (message.content[0].text, message.content[1].refusal) == ("Hello there.", "Not that.")
    assert [(call.call_id, call.name, json.loads(call.arguments)) for call in calls] == [
        ("a", "tool_a", {"a": 1}),
        ("b", "tool_b", {"b": 2}),
    ]


@case("stored responses are refused")
def _():
    error = fails(lambda: client.responses.create(model="good", input="x", store=True), openai.BadRequestError, 400)
    assert (error.code, error.param) == ("unsupported_parameter", "store")


@case("error inside a streamed response")
def _():
    types = []
    try:
        for event in client.responses.create(model="error-middle", input="x", stream=True):
            types.append(event.type)
    except openai.APIError as error:
        assert "overheated" in error.message
        assert "response.output_text.delta" in types
        return
    raise AssertionError("the stream ended without an error")


@case("embeddings in the default encoding")
def _():
    answer = client.embeddings.create(model="embed", input=["one", "two"])
    assert [row.embedding for row in answer.data] == [[(at + index) / 8 for at in range(8)] for index in range(2)]
    assert requests_to("embed")[-1]["body"]["encoding_format"] == "base64"
    assert answer.usage.prompt_tokens == 8


@case("embeddings as floats")
def _():
    answer = client.embeddings.create(model="embed", input="one", encoding_format="float")
    assert len(answer.data[0].embedding) == 8
    assert answer.data[0].embedding[4] == 0.5


@case("list models")
def _():
    models = list(client.models.list())
    ids = [model.id for model in models]
    assert "good" in ids and "embed" in ids, ids
    assert all(model.object == "model" for model in models)


@case("retrieve a model")
def _():
    assert client.models.retrieve("good").id == "good"


@case("response headers")
def _():
    raw = client.chat.completions.with_raw_response.create(model="good", messages=MESSAGES)
    receipt_id = raw.headers["x-reeve-receipt"]
    assert receipt_id.startswith("rcp_")
    assert raw.headers["x-reeve-route"] == "mock/good"
    assert raw.headers["x-reeve-cost-nanos"] == str(COST)
    assert float(raw.headers["x-reeve-overhead-ms"]) >= 0
    assert raw.headers["x-reeve-policy"]
    assert raw.request_id == raw.headers["x-request-id"]
    assert raw.parse()._request_id == raw.request_id
    assert find_receipt(receipt_id)["cost_nanos"] == COST


@case("error 400")
def _():
    error = fails(lambda: ask("status-400"), openai.BadRequestError, 400)
    assert error.code == "mock_400"
    assert "mock says 400" in error.message


@case("error 401")
def _():
    stranger = OpenAI(api_key="rv_unknown", base_url=BASE_URL, max_retries=0)
    assert fails(lambda: ask("good", stranger), openai.AuthenticationError, 401).code == "invalid_api_key"


@case("error 403")
def _():
    narrow = OpenAI(api_key=NARROW_KEY, base_url=BASE_URL, max_retries=0)
    assert fails(lambda: ask("good", narrow), openai.PermissionDeniedError, 403).code == "policy_denied"


@case("error 404")
def _():
    error = fails(lambda: ask("no-such-model"), openai.NotFoundError, 404)
    assert error.code == "model_not_found"
    assert "good" in error.message


@case("error 404 on models")
def _():
    fails(lambda: client.models.retrieve("no-such-model"), openai.NotFoundError, 404)


@case("error 409")
def _():
    fails(lambda: ask("status-409"), openai.ConflictError, 409)


@case("error 422")
def _():
    fails(lambda: ask("status-422"), openai.UnprocessableEntityError, 422)


@case("error 429")
def _():
    error = fails(lambda: ask("status-429-after-7"), openai.RateLimitError, 429)
    assert error.response.headers["retry-after"] == "7"
    assert len(requests_to("status-429-after-7")) == 1, "asked again although told to wait"


@case("error 500")
def _():
    error = fails(lambda: ask("status-500"), openai.InternalServerError, 502)
    assert error.response.headers["x-reeve-receipt"]


@case("error of a provider that refuses our key")
def _():
    before = len(requests_to("status-401"))
    patient = client.with_options(max_retries=2)
    error = fails(lambda: ask("status-401", patient), openai.InternalServerError, 502)
    assert error.code == "upstream_refused"
    assert len(requests_to("status-401")) - before == 1, "asked again although told not to"


@case("error inside a stream")
def _():
    chunks = 0
    try:
        for _chunk in ask("error-middle", stream=True):
            chunks += 1
    except openai.APIError:
        assert chunks >= 1
        return
    raise AssertionError("the stream ended without an error")


@case("retries of the client")
def _():
    assert ask("flaky-500-3", client.with_options(max_retries=3)).choices[0].message.content == TEXT


@case("retry-after is honoured")
def _():
    started = time.monotonic()
    ask("flaky-429-after-1-1", client.with_options(max_retries=1))
    assert time.monotonic() - started >= 0.9, "it did not wait"


@case("time-out")
def _():
    started_ms = time.time() * 1000
    try:
        ask("hang", timeout=0.4)
        raise AssertionError("it did not fail")
    except openai.APITimeoutError:
        pass
    request = until(lambda: requests_to("hang"), lambda found: found and found[0]["closedEarlyAt"])[0]
    assert request["closedEarlyAt"] - started_ms < 700, request["closedEarlyAt"] - started_ms


@case("abort in the middle of a stream")
def _():
    raw = client.chat.completions.with_raw_response.create(model="endless", messages=MESSAGES, stream=True)
    stream = raw.parse()
    for _ in range(4):
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
    assert receipt["token_usage"]["completion"] >= 1


@case("asynchronous client")
def _():
    async def run():
        async with AsyncOpenAI(api_key=REEVE_KEY, base_url=BASE_URL, max_retries=0) as many:
            asks = [many.chat.completions.create(model="good", messages=MESSAGES) for _ in range(20)]
            return await asyncio.gather(*asks)

    assert [answer.choices[0].message.content for answer in asyncio.run(run())] == [TEXT] * 20


@case("asynchronous stream")
def _():
    async def run():
        async with AsyncOpenAI(api_key=REEVE_KEY, base_url=BASE_URL, max_retries=0) as one:
            stream = await one.chat.completions.create(model="good", messages=MESSAGES, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert asyncio.run(run()) == TEXT


report_cases(CASES)
