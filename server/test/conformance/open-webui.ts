/**
 * The requests of Open WebUI to a connection of OpenAI's kind, in their order, written from its public source
 * (`backend/open_webui/routers/openai.py` and `tasks.py`): the list of models, the chat as a stream with usage, and the
 * title of the chat in one piece.
 */
import { expectJson, sseData, type Caller } from '../rigs/api.ts';

interface Chunk {
  choices: { delta?: { content?: string }; message?: { content: string }; finish_reason: string | null }[];
  usage?: unknown;
}

export interface OpenWebUiChat {
  models: string[];
  text: string;
  finishReasons: string[];
  usage: unknown;
  title: string | undefined;
}

/** Rejects with the status and the message of the first request that is refused. */
export async function askAsOpenWebUi({ baseUrl, key }: Caller, model: string): Promise<OpenWebUiChat> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${key}`,
    'x-openwebui-user-name': 'Ada%20L',
    'x-openwebui-user-id': '7d1f6b0a-0000-4000-8000-000000000000',
    'x-openwebui-user-email': 'ada@example.com',
    'x-openwebui-user-role': 'admin',
    'x-openwebui-chat-id': 'c0ffee00-0000-4000-8000-000000000000',
  };
  const post = async (body: object): Promise<Response> => {
    const url = `${baseUrl}/v1/chat/completions`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (response.ok) return response;
    const { error } = (await response.json()) as { error: { message: string } };
    throw new Error(`${response.status} ${error.message}`);
  };

  const listed = await fetch(`${baseUrl}/v1/models`, { headers });
  const { data } = await expectJson<{ data: { id: string }[] }>(listed, 200);
  const messages = [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: [{ type: 'text', text: 'What is a tally?' }] },
  ];
  const chat = { stream: true, model, messages, stream_options: { include_usage: true }, temperature: 0.7, top_p: 0.9 };
  const chunks = sseData(await (await post(chat)).text())
    .filter((text) => text !== '[DONE]')
    .map((text): Chunk => JSON.parse(text));
  const task = { role: 'user', content: '### Task:\nGenerate a concise title for this chat.' };
  const titled = await post({ model, messages: [task], stream: false, max_completion_tokens: 1000 });
  return {
    models: data.map(({ id }) => id),
    text: chunks.map(({ choices }) => choices[0]?.delta?.content ?? '').join(''),
    finishReasons: chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []),
    usage: chunks.findLast(({ usage }) => usage !== undefined && usage !== null)?.usage,
    title: ((await titled.json()) as Chunk).choices[0]?.message?.content,
  };
}
