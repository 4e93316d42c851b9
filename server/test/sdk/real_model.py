"""Asks one model plainly and streaming with the official package; prints what it got as JSON."""

import json
import os

from openai import OpenAI

client = OpenAI(api_key=os.environ["REEVE_KEY"], base_url=os.environ["REEVE_URL"] + "/v1", max_retries=0)
question = {
    "model": os.environ["MODEL"],
    "temperature": 0,
    "max_tokens": 40,
    "messages": [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "What is the capital of France?"},
    ],
}

raw = client.chat.completions.with_raw_response.create(**question)
plain = raw.parse()
raw_stream = client.chat.completions.with_raw_response.create(**question, stream=True)
text = "".join(chunk.choices[0].delta.content or "" for chunk in raw_stream.parse() if chunk.choices)
print(
    json.dumps(
        [
            {
                "text": plain.choices[0].message.content,
                "usage": plain.usage.model_dump(include={"prompt_tokens", "completion_tokens", "total_tokens"}),
                "receipt": raw.headers["x-reeve-receipt"],
            },
            {"text": text, "usage": None, "receipt": raw_stream.headers["x-reeve-receipt"]},
        ]
    )
)
