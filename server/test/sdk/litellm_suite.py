"""LiteLLM as a client of Reeve, before every adapter. Prints one JSON line per case; see README.md."""

import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from report_cases import report_cases

litellm.suppress_debug_info = True
REEVE_URL = os.environ["REEVE_URL"]
KEY = {"api_key": os.environ["REEVE_KEY"]}
TEXT = "The stick is split in two: café 🌾 done."
INPUT = {"city": "Oslo", "unit": "celsius"}
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is a tally?"}]
TOOLS = [
    {
        "type": "function",
        "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
    }
]
SURFACES = {"chat": ("openai", REEVE_URL + "/v1"), "messages": ("anthropic", REEVE_URL)}


def cases_of(name, provider, base):
    def ask(fault="", **fields):
        asked = {"messages": MESSAGES, "max_tokens": 50, "api_base": base, "num_retries": 0, **KEY, **fields}
        return litellm.completion(model=f"{provider}/{name}{fault}", **asked)

    def text():
        answer = ask(temperature=0.5)
        assert answer.choices[0].message.content == TEXT
        assert answer.choices[0].finish_reason == "stop"
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (11, 9)

    def stream():
        chunks = list(ask(stream=True, stream_options={"include_usage": True}))
        assert litellm.stream_chunk_builder(chunks).choices[0].message.content == TEXT
        usages = [chunk.usage for chunk in chunks if getattr(chunk, "usage", None)]
        assert usages[-1].completion_tokens == 9

    def tools():
        message = ask(tools=TOOLS).choices[0].message
        call = message.tool_calls[0]
        assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", INPUT)
        result = {"role": "tool", "tool_call_id": call.id, "content": "3 °C"}
        second = ask(tools=TOOLS, messages=[*MESSAGES, message.model_dump(), result])
        assert second.choices[0].message.content == TEXT

    def limited():
        try:
            ask("-limited")
        except litellm.RateLimitError as error:
            assert error.status_code == 429
            assert "The mock is limited" in str(error)
        else:
            raise AssertionError("it did not fail")

    return {"text": text, "stream": stream, "tools": tools, "rate limit": limited}


def respond():
    answer = litellm.responses(model="openai/anthropic", input="Why?", api_base=REEVE_URL + "/v1", **KEY)
    assert answer.output[-1].content[0].text == TEXT


def embed():
    base = {"api_base": REEVE_URL + "/v1", "encoding_format": "float", **KEY}
    answer = litellm.embedding(model="openai/cohere-embed", input=["one"], **base)
    assert answer.data[0]["embedding"] == [0.25, -0.5, 1]


def rerank():
    asked = {"query": "q", "documents": ["a", "b"], "top_n": 1}
    answer = litellm.rerank(model="jina_ai/reranker", api_base=REEVE_URL + "/v1/rerank", **asked, **KEY)
    assert (answer.results[0]["index"], answer.results[0]["relevance_score"]) == (1, 0.2)


report_cases(
    {
        **{
            f"LiteLLM, {surface}: {case} before {facts['name']}": run
            for facts in json.loads(os.environ["PROVIDERS"])
            for surface, (provider, base) in SURFACES.items()
            for case, run in cases_of(facts["name"], provider, base).items()
        },
        "LiteLLM: response": respond,
        "LiteLLM: embeddings": embed,
        "LiteLLM: rerank": rerank,
    }
)
