/** `POST /v1/responses` of OpenAI, from its public reference. */
import {
  asList,
  asRecord,
  check,
  checkFields,
  checkPairs,
  decideReply,
  INPUT_TOKENS,
  OUTPUT_TOKENS,
  SIGNATURE,
  sendEvents,
  sendJson,
  TOOL_PIECES,
  TOOL_TEXT,
  type Json,
  type Reply,
  type WireReply,
} from './wire.ts';

const FIELDS =
  'model input instructions tools tool_choice text temperature top_p max_output_tokens stream store reasoning include parallel_tool_calls metadata truncation user service_tier previous_response_id top_logprobs prompt_cache_key safety_identifier stream_options background max_tool_calls'.split(
    ' ',
  );
const USAGE = {
  input_tokens: INPUT_TOKENS,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: OUTPUT_TOKENS,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 20,
};

/** Throws `InvalidRequest`. */
export function answerResponses(body: Json, fault: string | null): WireReply {
  checkFields(body, FIELDS);
  const items = asList(body['input']);
  const idsOf = (type: string) => items.filter((item) => item['type'] === type).map(({ call_id }) => call_id);
  checkPairs(idsOf('function_call'), idsOf('function_call_output'));
  const lost = items.find(isUnstored);
  check(lost === undefined, `Item with id '${String(lost?.['id'])}' not found. Items are not persisted here.`);
  const format = asRecord(asRecord(body['text'])['format'])['type'];
  const reply = decideReply({
    tool: asList(body['tools'])[0]?.['name'],
    answered: items.filter(({ type }) => type === 'function_call_output').length,
    wantsJson: format === 'json_schema' || format === 'json_object',
    thinks: ![undefined, 'none'].includes(asRecord(body['reasoning'])['effort'] as string),
    fault,
  });
  return body['stream'] === true ? sendEvents(toFrames(body, reply)) : sendJson(toResponse(body, reply));
}

/** As OpenAI, where `store` is false: such an item is looked up by its id. */
const isUnstored = ({ type, encrypted_content: content }: Json): boolean =>
  type === 'item_reference' || (type === 'reasoning' && typeof content !== 'string');

/** Its own words stay hidden; for who asks they come encrypted. */
function toThoughts(body: Json, { thinks }: Reply): Json[] {
  const include: readonly unknown[] = asList(body['include']);
  const encrypted = include.includes('reasoning.encrypted_content') ? { encrypted_content: SIGNATURE } : {};
  return thinks ? [{ id: 'rs_mock', type: 'reasoning', summary: [], ...encrypted }] : [];
}

const toPart = (text: string): Json => ({ type: 'output_text', text, annotations: [], logprobs: [] });

function toItem({ tool, pieces, filtered }: Reply): Json {
  if (tool !== null) {
    const call = { call_id: 'call_mock', name: tool, arguments: TOOL_TEXT };
    return { id: 'fc_mock', type: 'function_call', status: 'completed', ...call };
  }
  const status = filtered ? 'incomplete' : 'completed';
  return { id: 'msg_mock', type: 'message', status, role: 'assistant', content: [toPart(pieces.join(''))] };
}

function toResponse(body: Json, reply: Reply): Json {
  const { filtered } = reply;
  return {
    id: 'resp_mock',
    object: 'response',
    created_at: 1_760_000_000,
    status: filtered ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: filtered ? { reason: 'content_filter' } : null,
    instructions: body['instructions'] ?? null,
    metadata: {},
    model: body['model'],
    output: [...toThoughts(body, reply), toItem(reply)],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: body['tools'] ?? [],
    top_p: 1,
    text: body['text'] ?? { format: { type: 'text' } },
    usage: USAGE,
  };
}

function toFrames(body: Json, reply: Reply): string[] {
  const whole = toResponse(body, reply);
  const thoughts = toThoughts(body, reply);
  const open = { ...whole, status: 'in_progress', incomplete_details: null, output: [], usage: null };
  const events: Json[] = [
    { type: 'response.created', response: open },
    { type: 'response.in_progress', response: open },
    ...thoughts.flatMap((item) => [
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
    ]),
    ...(reply.tool === null ? textEvents(reply, thoughts.length) : toolEvents(reply, thoughts.length)),
    { type: reply.filtered ? 'response.incomplete' : 'response.completed', response: whole },
  ];
  return events.map((event, at) => {
    const data = JSON.stringify({ ...event, sequence_number: at });
    return `event: ${String(event['type'])}\ndata: ${data}\n\n`;
  });
}

function textEvents(reply: Reply, at: number): Json[] {
  const item = toItem(reply);
  const place = { item_id: item['id'], output_index: at, content_index: 0 };
  const text = reply.pieces.join('');
  return [
    { type: 'response.output_item.added', output_index: at, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...place, part: toPart('') },
    ...reply.pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part: toPart(text) },
    { type: 'response.output_item.done', output_index: at, item },
  ];
}

function toolEvents(reply: Reply, at: number): Json[] {
  const item = toItem(reply);
  const place = { item_id: item['id'], output_index: at };
  return [
    { type: 'response.output_item.added', output_index: at, item: { ...item, status: 'in_progress', arguments: '' } },
    ...TOOL_PIECES.map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
    { type: 'response.function_call_arguments.done', ...place, name: reply.tool, arguments: TOOL_TEXT },
    { type: 'response.output_item.done', output_index: at, item },
  ];
}
