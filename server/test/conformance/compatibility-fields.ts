/** Every field that callers of a surface may send, each as a change to the smallest request. */

export interface SurfaceFields {
  surface: string;
  path: string;
  /** The smallest request, without its model. */
  base: Readonly<Record<string, unknown>>;
  /** What the table says → the change. */
  fields: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = 'JVBERi0xLjQKJSVFT0YK';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';
const SCHEMA = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false };
const HI = { role: 'user', content: 'Hi' };
const user = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] });

const CHAT_TOOL = { type: 'function', function: { name: 'look', description: 'Looks.', parameters: SCHEMA } };
const CHAT_CALL = { id: 'call_abc123', type: 'function', function: { name: 'look', arguments: '{"n":1}' } };

const CHAT: SurfaceFields = {
  surface: 'POST /v1/chat/completions',
  path: '/v1/chat/completions',
  base: { messages: [HI] },
  fields: {
    'system message': { messages: [{ role: 'system', content: 'Be brief.' }, HI] },
    'developer message': { messages: [{ role: 'developer', content: 'Be brief.' }, HI] },
    'assistant turn': { messages: [HI, { role: 'assistant', content: 'Hello' }, HI] },
    'image (data URL)': user({ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }),
    'image (https URL)': user({ type: 'image_url', image_url: { url: 'https://images.example.com/a.png' } }),
    'image (flat URL)': user({ type: 'image_url', image_url: `data:image/png;base64,${PIXEL}` }),
    'audio input': user({ type: 'input_audio', input_audio: { data: WAV, format: 'wav' } }),
    'file (data)': user({ type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } }),
    'unknown content type': user({ type: 'hologram', hologram: { url: 'x' } }),
    'cache_control on a content part': user({ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }),
    'cache_control on a tool': { tools: [{ ...CHAT_TOOL, cache_control: { type: 'ephemeral' } }] },
    'a message’s field nobody knows': { messages: [{ ...HI, x_unheard_of: 1 }] },
    'a content part’s field nobody knows': user({ type: 'text', text: 'Hi', x_unheard_of: 1 }),
    'a role nobody knows': { messages: [{ role: 'narrator', content: 'Hi' }] },
    stream: { stream: true },
    'stream_options.include_usage': { stream: true, stream_options: { include_usage: true } },
    max_tokens: { max_tokens: 77 },
    max_completion_tokens: { max_completion_tokens: 77 },
    temperature: { temperature: 0.3 },
    'temperature above 1': { temperature: 1.7 },
    top_p: { top_p: 0.4 },
    n: { n: 2 },
    stop: { stop: ['END'] },
    seed: { seed: 7 },
    frequency_penalty: { frequency_penalty: 0.5 },
    presence_penalty: { presence_penalty: 0.5 },
    logprobs: { logprobs: true, top_logprobs: 2 },
    logit_bias: { logit_bias: { '50256': -100 } },
    tools: { tools: [CHAT_TOOL] },
    'tool_choice: required': { tools: [CHAT_TOOL], tool_choice: 'required' },
    'tool_choice: none': { tools: [CHAT_TOOL], tool_choice: 'none' },
    'tool_choice: one function': {
      tools: [CHAT_TOOL],
      tool_choice: { type: 'function', function: { name: 'look' } },
    },
    'parallel_tool_calls: false': { tools: [CHAT_TOOL], parallel_tool_calls: false },
    'tool call and result': {
      tools: [CHAT_TOOL],
      messages: [
        HI,
        { role: 'assistant', content: null, tool_calls: [CHAT_CALL] },
        { role: 'tool', tool_call_id: 'call_abc123', content: '42' },
      ],
    },
    'response_format: json_object': { response_format: { type: 'json_object' } },
    'response_format: json_schema': {
      response_format: { type: 'json_schema', json_schema: { name: 'tally', schema: SCHEMA, strict: true } },
    },
    reasoning_effort: { reasoning_effort: 'low' },
    'refusal in history': {
      messages: [HI, { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] }, HI],
    },
    user: { user: 'u-17' },
    metadata: { metadata: { team: 'risk' } },
    store: { store: true },
    service_tier: { service_tier: 'auto' },
    modalities: { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
    prediction: { prediction: { type: 'content', content: 'x' } },
    verbosity: { verbosity: 'low' },
    web_search_options: { web_search_options: {} },
    'a field nobody knows': { x_unheard_of: 1 },
  },
};

const MESSAGES_TOOL = { name: 'look', description: 'Looks.', input_schema: SCHEMA };

const MESSAGES: SurfaceFields = {
  surface: 'POST /v1/messages',
  path: '/v1/messages',
  base: { max_tokens: 64, messages: [HI] },
  fields: {
    system: { system: 'Be brief.' },
    'system blocks with cache_control': {
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    },
    'cache_control with ttl 1h': user({ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral', ttl: '1h' } }),
    'assistant turn': { messages: [HI, { role: 'assistant', content: 'Hello' }, HI] },
    'image (base64)': user({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }),
    'image (https URL)': user({ type: 'image', source: { type: 'url', url: 'https://images.example.com/a.png' } }),
    'document (base64)': user({
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data: PDF },
    }),
    'document with citations': user({
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: 'The stick.' },
      citations: { enabled: true },
    }),
    'unknown content type': user({ type: 'hologram', url: 'x' }),
    'a block’s field nobody knows': user({ type: 'text', text: 'Hi', x_unheard_of: 1 }),
    stream: { stream: true },
    max_tokens: { max_tokens: 77 },
    temperature: { temperature: 0.3 },
    top_p: { top_p: 0.4 },
    top_k: { top_k: 5 },
    stop_sequences: { stop_sequences: ['END'] },
    tools: { tools: [MESSAGES_TOOL] },
    'tools with cache_control': { tools: [{ ...MESSAGES_TOOL, cache_control: { type: 'ephemeral' } }] },
    'server tool (web search)': { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    'tool_choice any': { tools: [MESSAGES_TOOL], tool_choice: { type: 'any' } },
    'tool_choice: none': { tools: [MESSAGES_TOOL], tool_choice: { type: 'none' } },
    'tool_choice: one tool': { tools: [MESSAGES_TOOL], tool_choice: { type: 'tool', name: 'look' } },
    disable_parallel_tool_use: {
      tools: [MESSAGES_TOOL],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    },
    'tool_use and tool_result': {
      tools: [MESSAGES_TOOL],
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_abc123', name: 'look', input: { n: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_abc123', content: '42' }] },
      ],
    },
    'tool_result with is_error': {
      tools: [MESSAGES_TOOL],
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_abc123', name: 'look', input: { n: 1 } }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_abc123', content: '42', is_error: true }],
        },
      ],
    },
    'tool_result with an image': {
      tools: [MESSAGES_TOOL],
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_abc123', name: 'look', input: { n: 1 } }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_abc123',
              content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }],
            },
          ],
        },
      ],
    },
    'thinking enabled': { max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 2048 } },
    'thinking with signature in history': {
      messages: [
        HI,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
            { type: 'text', text: 'Hello' },
          ],
        },
        HI,
      ],
    },
    'metadata.user_id': { metadata: { user_id: 'u-17' } },
    service_tier: { service_tier: 'auto' },
    container: { container: 'container_1' },
    'a field nobody knows': { x_unheard_of: 1 },
  },
};

const RESPONSES_TOOL = { type: 'function', name: 'look', description: 'Looks.', parameters: SCHEMA, strict: true };
const input = (...content: unknown[]) => ({ input: [{ role: 'user', content }] });
const said = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] };

const RESPONSES: SurfaceFields = {
  surface: 'POST /v1/responses',
  path: '/v1/responses',
  base: { input: 'Hi' },
  fields: {
    instructions: { instructions: 'Be brief.' },
    'input as items': { input: [said, { type: 'message', role: 'assistant', content: 'Hello' }, said] },
    'input_image (data URL)': input({ type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` }),
    'input_image (https URL)': input({ type: 'input_image', image_url: 'https://images.example.com/a.png' }),
    'input_file (data)': input({
      type: 'input_file',
      filename: 'a.pdf',
      file_data: `data:application/pdf;base64,${PDF}`,
    }),
    'an item’s field nobody knows': { input: [{ ...said, x_unheard_of: 1 }] },
    'a content part’s field nobody knows': input({ type: 'input_text', text: 'Hi', x_unheard_of: 1 }),
    stream: { stream: true },
    max_output_tokens: { max_output_tokens: 77 },
    temperature: { temperature: 0.3 },
    top_p: { top_p: 0.4 },
    tools: { tools: [RESPONSES_TOOL] },
    'built-in tool (web search)': { tools: [{ type: 'web_search' }] },
    'tool_choice: required': { tools: [RESPONSES_TOOL], tool_choice: 'required' },
    'tool_choice: one function': { tools: [RESPONSES_TOOL], tool_choice: { type: 'function', name: 'look' } },
    'parallel_tool_calls: false': { tools: [RESPONSES_TOOL], parallel_tool_calls: false },
    'function_call and output': {
      tools: [RESPONSES_TOOL],
      input: [
        said,
        { type: 'function_call', call_id: 'call_abc123', name: 'look', arguments: '{"n":1}' },
        { type: 'function_call_output', call_id: 'call_abc123', output: '42' },
      ],
    },
    'function_call_output with an image': {
      tools: [RESPONSES_TOOL],
      input: [
        said,
        { type: 'function_call', call_id: 'call_abc123', name: 'look', arguments: '{"n":1}' },
        {
          type: 'function_call_output',
          call_id: 'call_abc123',
          output: [{ type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` }],
        },
      ],
    },
    'text.format: json_object': { text: { format: { type: 'json_object' } } },
    'text.format: json_schema': {
      text: { format: { type: 'json_schema', name: 'tally', schema: SCHEMA, strict: true } },
    },
    'text.verbosity': { text: { verbosity: 'low' } },
    'reasoning.effort': { reasoning: { effort: 'low' } },
    'reasoning.summary': { reasoning: { effort: 'low', summary: 'auto' } },
    'reasoning item in input': {
      input: [said, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'c2ln' }, said],
    },
    'include logprobs': { include: ['message.output_text.logprobs'], top_logprobs: 2 },
    user: { user: 'u-17' },
    metadata: { metadata: { team: 'risk' } },
    service_tier: { service_tier: 'auto' },
    truncation: { truncation: 'auto' },
    'store: true': { store: true },
    previous_response_id: { previous_response_id: 'resp_1' },
    background: { background: true },
    'a field nobody knows': { x_unheard_of: 1 },
  },
};

const EMBEDDINGS: SurfaceFields = {
  surface: 'POST /v1/embeddings',
  path: '/v1/embeddings',
  base: { input: 'Hi' },
  fields: {
    'input as list': { input: ['Hi', 'Ho'] },
    'input as token ids': { input: [1, 2, 3] },
    dimensions: { dimensions: 64 },
    'encoding_format: base64': { encoding_format: 'base64' },
    user: { user: 'u-17' },
    input_type: { input_type: 'query' },
  },
};

const COMPLETIONS: SurfaceFields = {
  surface: 'POST /v1/completions',
  path: '/v1/completions',
  base: { prompt: 'Hi' },
  fields: {
    'prompt as list': { prompt: ['Hi', 'Ho'] },
    stream: { stream: true },
    max_tokens: { max_tokens: 77 },
    temperature: { temperature: 0.3 },
    stop: { stop: ['END'] },
    suffix: { suffix: '!' },
    echo: { echo: true },
    logprobs: { logprobs: 2 },
  },
};

const RERANK: SurfaceFields = {
  surface: 'POST /v1/rerank',
  path: '/v1/rerank',
  base: { query: 'stick', documents: ['a stick', 'a stone'] },
  fields: { top_n: { top_n: 1 }, return_documents: { return_documents: true } },
};

const MODERATIONS: SurfaceFields = {
  surface: 'POST /v1/moderations',
  path: '/v1/moderations',
  base: { input: 'Hi' },
  fields: { 'input as list': { input: ['Hi', 'Ho'] } },
};

export const SURFACES: readonly SurfaceFields[] = [
  CHAT,
  MESSAGES,
  RESPONSES,
  COMPLETIONS,
  EMBEDDINGS,
  RERANK,
  MODERATIONS,
];
