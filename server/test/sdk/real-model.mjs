// Asks one model plainly and streaming with the official package; prints what it got as JSON.
import OpenAI from 'openai';

const { REEVE_URL, REEVE_KEY, MODEL } = process.env;
const client = new OpenAI({ apiKey: REEVE_KEY, baseURL: `${REEVE_URL}/v1`, maxRetries: 0 });
const question = {
  model: MODEL,
  temperature: 0,
  max_tokens: 40,
  messages: [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'What is the capital of France?' },
  ],
};

const plain = await client.chat.completions.create(question).withResponse();
const streamed = await client.chat.completions.create({ ...question, stream: true }).withResponse();
let text = '';
for await (const chunk of streamed.data) text += chunk.choices[0]?.delta.content ?? '';
const answers = [
  {
    text: plain.data.choices[0].message.content,
    usage: plain.data.usage,
    receipt: plain.response.headers.get('x-reeve-receipt'),
  },
  { text, usage: null, receipt: streamed.response.headers.get('x-reeve-receipt') },
];
process.stdout.write(JSON.stringify(answers));
