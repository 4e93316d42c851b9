"""The official `anthropic` package for Python before every adapter. Prints one JSON line per case; see README.md."""

import json
import os

import anthropic
from anthropic import Anthropic
from pydantic import BaseModel
from report_cases import report_cases

INPUT = {"city": "Oslo", "unit": "celsius"}
TEXT = "The stick is split in two: café 🌾 done."
MESSAGES = [{"role": "user", "content": "What is a tally?"}]
TOOLS = [
    {
        "name": "get_weather",
        "description": "Looks outside.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
]

client = Anthropic(api_key=os.environ["REEVE_KEY"], base_url=os.environ["REEVE_URL"], max_retries=0)


class Tally(BaseModel):
    name: str
    count: int


def rejects(run, error_class, status, kind):
    try:
        run()
    except error_class as error:
        assert error.status_code == status, error.status_code
        assert error.body["error"]["type"] == kind, error.body
        assert error.request_id
        return error
    raise AssertionError("it did not fail")


def types_of(message):
    """Each type once: a wire that signs the call and not the thought has a second, empty thought to hold that."""
    return list(dict.fromkeys(block.type for block in message.content))


def finish(stream):
    with stream as opened:
        return opened.get_final_message()


def result_of(first):
    use = first.content[-1]
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "3 °C"}
    return [*MESSAGES, {"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]


def message_cases(facts):
    def asked(**fields):
        return {"model": facts["name"], "max_tokens": 50, "system": "Be brief.", "messages": MESSAGES, **fields}

    def ask(**fields):
        return client.messages.create(**asked(**fields))

    def plain():
        answer = ask(stop_sequences=["END"], extra_body={"temperature": 0.5})
        assert (answer.content[0].text, answer.stop_reason) == (TEXT, "end_turn")
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 9)

    def streamed():
        with client.messages.stream(**asked()) as stream:
            text = "".join(stream.text_stream)
            answer = stream.get_final_message()
        assert (text, answer.content[0].text, answer.stop_reason) == (TEXT, TEXT, "end_turn")
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 9)

    def tools():
        first = ask(tools=TOOLS, tool_choice={"type": "any"})
        use = first.content[0]
        assert (first.stop_reason, use.name, use.input) == ("tool_use", "get_weather", INPUT)
        assert ask(tools=TOOLS, messages=result_of(first)).content[0].text == TEXT

    def streamed_tools():
        answer = finish(client.messages.stream(**asked(tools=TOOLS)))
        assert (answer.stop_reason, answer.content[-1].input) == ("tool_use", INPUT)

    def structured():
        answer = client.messages.parse(**asked(output_format=Tally))
        assert answer.parsed_output == Tally(name="tally", count=3)

    def counting():
        count = client.messages.count_tokens(model=facts["name"], messages=MESSAGES, tools=TOOLS).input_tokens
        assert count == 11 if facts["counts"] else count > 10, count

    return {
        "message": plain,
        "streamed message": streamed,
        "tools and their results": tools,
        "streamed tools": streamed_tools,
        "structured output": structured,
        "counting tokens": counting,
    }


def thought_cases(facts):
    asked = {
        "model": facts["name"],
        "max_tokens": 4000,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "messages": MESSAGES,
        "tools": TOOLS,
    }
    expected = [] if facts["thinks"] == "never" else ["thinking"]

    def go_on(first):
        assert types_of(first) == [*expected, "tool_use"], types_of(first)
        if expected:
            assert first.content[0].thinking == "Sticks vary."
        if facts["thinks"] == "signed":
            assert first.content[-2].signature
        second = client.messages.create(**{**asked, "messages": result_of(first)})
        assert types_of(second) == [*expected, "text"], types_of(second)

    if facts["thinks"] == "refused":
        ask = lambda: client.messages.create(**asked)
        refuses = lambda: rejects(ask, anthropic.BadRequestError, 400, "invalid_request_error")
        return {"thoughts and their signatures": refuses, "streamed thoughts": refuses}

    return {
        "thoughts and their signatures": lambda: go_on(client.messages.create(**asked)),
        "streamed thoughts": lambda: go_on(finish(client.messages.stream(**asked))),
    }


def failure_cases(facts):
    def ask(fault, **fields):
        return client.messages.create(
            model=f"{facts['name']}-{fault}", max_tokens=50, messages=MESSAGES, **fields
        )

    def limited():
        for stream in (False, True):
            refused = lambda stream=stream: ask("limited", stream=stream)
            error = rejects(refused, anthropic.RateLimitError, 429, "rate_limit_error")
            assert error.response.headers["retry-after"] == "7"
            assert "The mock is limited" in str(error)

    def filtered():
        if not facts["filters"]:
            return
        assert ask("filtered").stop_reason == "refusal"
        model = f"{facts['name']}-filtered"
        assert finish(client.messages.stream(model=model, max_tokens=50, messages=MESSAGES)).stop_reason == "refusal"

    fails_upstream = lambda fault: rejects(lambda: ask(fault), anthropic.InternalServerError, 502, "api_error")
    return {
        "rate limit": limited,
        "overload": lambda: fails_upstream("overloaded"),
        "a key that the provider refuses": lambda: fails_upstream("refused"),
        "content filter": filtered,
    }


report_cases(
    {
        f"{facts['name']}: {name}": run
        for facts in json.loads(os.environ["PROVIDERS"])
        for group in (message_cases, thought_cases, failure_cases)
        for name, run in group(facts).items()
    }
)
