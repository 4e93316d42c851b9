"""The official `openai` package for Python before every adapter. Prints one JSON line per case; see README.md."""

import json
import os

import openai
from openai import OpenAI
from pydantic import BaseModel
from report_cases import report_cases

INPUT = {"city": "Oslo", "unit": "celsius"}
TEXT = "The stick is split in two: café 🌾 done."
THOUGHT = "Sticks vary."
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is a tally?"}]
WEATHER = {
    "name": "get_weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
}
TOOLS = [{"type": "function", "function": WEATHER}]
FUNCTION_TOOLS = [{"type": "function", **WEATHER}]

client = OpenAI(api_key=os.environ["REEVE_KEY"], base_url=os.environ["REEVE_URL"] + "/v1", max_retries=0)


class Tally(BaseModel):
    name: str
    count: int


TALLY = Tally(name="tally", count=3)


def fails(run, error_class, status):
    try:
        run()
    except error_class as error:
        assert error.status_code == status, error.status_code
        return error
    raise AssertionError("it did not fail")


def refuses_kind(run, name):
    error = fails(run, openai.BadRequestError, 400)
    assert error.code == "unsupported_parameter", error.code
    assert f"{name}/" in str(error) or "No such" in str(error), error


def chat_cases(facts):
    name = facts["name"]

    def chat(**fields):
        return client.chat.completions.create(**{"model": name, "messages": MESSAGES, **fields})

    def plain():
        answer = chat(max_tokens=50, temperature=0.5, stop=["END"])
        assert answer.choices[0].message.content == TEXT
        assert answer.choices[0].finish_reason == "stop"
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (11, 9)

    def stream():
        chunks = list(chat(stream=True, stream_options={"include_usage": True}))
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == TEXT
        assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
        assert chunks[-1].usage.total_tokens == 20

    def tools(**thinking):
        message = chat(tools=TOOLS, **thinking).choices[0].message
        call = message.tool_calls[0]
        assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", INPUT)
        result = {"role": "tool", "tool_call_id": call.id, "content": "3 °C"}
        second = chat(tools=TOOLS, messages=[*MESSAGES, message, result], **thinking)
        assert second.choices[0].message.content == TEXT

    def streamed_tools():
        with client.chat.completions.stream(model=name, messages=MESSAGES, tools=TOOLS) as runner:
            choice = runner.get_final_completion().choices[0]
        assert choice.finish_reason == "tool_calls"
        assert json.loads(choice.message.tool_calls[0].function.arguments) == INPUT

    def structured():
        asked = {"model": name, "messages": MESSAGES, "response_format": Tally}
        assert client.chat.completions.parse(**asked).choices[0].message.parsed == TALLY
        with client.chat.completions.stream(**asked) as runner:
            assert runner.get_final_completion().choices[0].message.parsed == TALLY

    thinking = {"reasoning_effort": "high", "max_completion_tokens": 40_000}

    def thoughts():
        if facts["thinks"] == "refused":
            return refuses_kind(lambda: chat(**thinking), name)
        message = chat(**thinking).choices[0].message
        assert message.content == TEXT
        shown = None if facts["thinks"] == "never" or facts["shy"] else THOUGHT
        assert getattr(message, "reasoning_content", None) == shown

    return {
        "chat": plain,
        "stream": stream,
        "tools and their results": tools,
        "streamed tools": streamed_tools,
        "structured output": structured,
        "thoughts": thoughts,
        "tools after thoughts": lambda: facts["thinks"] == "refused" or tools(**thinking),
    }


def response_cases(facts):
    name = facts["name"]
    question = "What is a tally?"

    def create(**fields):
        return client.responses.create(**{"model": name, "input": question, **fields})

    def stream(**fields):
        with client.responses.stream(**{"model": name, "input": question, **fields}) as runner:
            types = [event.type for event in runner]
            return types, runner.get_final_response()

    def plain():
        answer = create(instructions="Be brief.")
        assert (answer.status, answer.output_text) == ("completed", TEXT)
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 9)

    def streamed():
        types, answer = stream()
        assert (types[0], types[-1]) == ("response.created", "response.completed")
        assert answer.output_text == TEXT

    def tools(**thinking):
        asked = {"tools": FUNCTION_TOOLS, **thinking}
        for answer in (create(**asked), stream(**asked)[1]):
            call = next(item for item in answer.output if item.type == "function_call")
            assert (call.name, json.loads(call.arguments)) == ("get_weather", INPUT)
            result = {"type": "function_call_output", "call_id": call.call_id, "output": "3 °C"}
            turns = [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in answer.output]
            items = [{"role": "user", "content": question}, *turns, result]
            assert create(input=items, **asked).output_text == TEXT

    def structured():
        answer = client.responses.parse(model=name, input=question, text_format=Tally)
        assert answer.output_parsed == TALLY

    def tools_after_thoughts():
        if facts["thinks"] != "refused":
            tools(reasoning={"effort": "high", "summary": "auto"})

    return {
        "response": plain,
        "streamed response": streamed,
        "response with tools and their results": tools,
        "response with tools after thoughts": tools_after_thoughts,
        "structured response": structured,
    }


def other_cases(facts):
    name, carries = facts["name"], facts["carries"]

    def completion():
        ask = lambda: client.completions.create(model=name, prompt="A tally is a notched")
        if "completion" not in carries:
            return refuses_kind(ask, name)
        assert ask().choices[0].text == "twig"
        chunks = client.completions.create(model=name, prompt="A", stream=True)
        assert "".join(chunk.choices[0].text for chunk in chunks if chunk.choices) == "twig"

    def embeddings():
        ask = lambda: client.embeddings.create(model=f"{name}-embed", input=["one"])
        if "embedding" not in carries:
            return refuses_kind(ask, name)
        assert ask().data[0].embedding == [0.25, -0.5, 1]

    def moderation():
        ask = lambda: client.moderations.create(model=name, input="x")
        if "moderation" not in carries:
            return refuses_kind(ask, name)
        assert ask().results[0].flagged is True

    return {"completion": completion, "embeddings": embeddings, "moderation": moderation}


def failure_cases(facts):
    name = facts["name"]

    def ask(fault, **fields):
        return client.chat.completions.create(model=f"{name}-{fault}", messages=MESSAGES, **fields)

    def limited():
        for stream in (False, True):
            error = fails(lambda: ask("limited", stream=stream), openai.RateLimitError, 429)
            assert error.response.headers["retry-after"] == "7"
            assert "The mock is limited" in str(error)

    def fails_upstream(fault, code):
        error = fails(lambda: ask(fault), openai.InternalServerError, 502)
        assert error.code == code, error.code

    def filtered():
        if not facts["filters"]:
            return
        assert ask("filtered").choices[0].finish_reason == "content_filter"
        chunks = [chunk for chunk in ask("filtered", stream=True) if chunk.choices]
        assert chunks[-1].choices[0].finish_reason == "content_filter"
        response = client.responses.create(model=f"{name}-filtered", input="x")
        assert (response.status, response.incomplete_details.reason) == ("incomplete", "content_filter")

    return {
        "rate limit": limited,
        "overload": lambda: fails_upstream("overloaded", "upstream_failed"),
        "a key that the provider refuses": lambda: fails_upstream("refused", "upstream_refused"),
        "content filter": filtered,
    }


report_cases(
    {
        f"{facts['name']}: {name}": run
        for facts in json.loads(os.environ["PROVIDERS"])
        for group in (chat_cases, response_cases, other_cases, failure_cases)
        for name, run in group(facts).items()
    }
)
