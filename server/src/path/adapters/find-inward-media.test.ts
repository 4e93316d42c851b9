import type { Call, Part } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { findInwardMedia } from './find-inward-media.ts';

const IN = 'http://169.254.169.254/latest';
const OUT = 'https://example.com/a.mp4';
const REASONS = ['media at an address that points inward'];

function findIn(parts: Part[], extensions: Call['extensions'] = {}): string[] {
  return findInwardMedia({ kind: 'chat', wire: 'w', model: 'm', stream: false, parts, params: {}, extensions });
}

const base = { turn: 0, role: 'user' } as const;
const other = (value: unknown): Part => ({ ...base, type: 'other', name: 'x', value });

describe('links in what the call does not model', () => {
  const shapes: [string, (url: string) => unknown][] = [
    ['video_url as a text', (url) => ({ type: 'video_url', video_url: url })],
    ['audio_url', (url) => ({ type: 'audio_url', audio_url: { url } })],
    ['a computer’s screenshot', (url) => ({ output: { type: 'computer_screenshot', image_url: url } })],
    ['a document’s content', (url) => ({ source: { content: [{ type: 'image', source: { type: 'url', url } }] } })],
    ['a document’s image', (url) => ({ image: url })],
    ['a list of images', (url) => ({ images: ['data:image/png;base64,AA', url] })],
    ['a file’s data', (url) => ({ file: { file_data: url } })],
    ['a deep one', (url) => JSON.parse(`${'{"a":'.repeat(100)}{"fileUri":"${url}"}${'}'.repeat(100)}`)],
    ['one behind many', (url) => [...Array.from({ length: 20_000 }, () => ({})), { url }]],
  ];

  it.each(shapes)('are refused where they point inward: %s', (_name, make) => {
    for (const url of [IN, 'file:///etc/passwd', 'ftp://10.0.0.1/a', 'http://kubernetes.default.svc/a']) {
      expect(findIn([other(make(url))])).toEqual(REASONS);
      expect(findIn([], { x: make(url) })).toEqual(REASONS);
    }
    expect(findIn([other(make(OUT))], { x: make(OUT) })).toEqual([]);
  });

  it.each(['image_url', 'messages[].video_url', 'documents[].image'])(
    'are known by the name of a field: %s',
    (name) => {
      expect(findIn([], { [name]: IN })).toEqual(REASONS);
      expect(findIn([], { [name]: [OUT, ` ${IN}`] })).toEqual(REASONS);
      expect(findIn([], { [name]: OUT })).toEqual([]);
    },
  );

  it('are found in tools and prompts', () => {
    expect(findIn([], { 'tools.mcp': [{ type: 'mcp', server_url: IN }] })).toEqual(REASONS);
    expect(findIn([], { mcp_servers: [{ type: 'url', url: IN }] })).toEqual(REASONS);
    expect(findIn([], { prompt: { id: 'p', variables: { a: { type: 'input_image', image_url: IN } } } })).toEqual(
      REASONS,
    );
  });

  it('are not searched for without end', () => {
    const many = Array.from({ length: 100_000 }, () => ({}));
    expect(findIn([], { x: [...many, { url: IN }] })).toEqual(['more than 50000 nested values that could hold links']);
    expect(findIn([other(Array.from({ length: 1_000_000 }, (_item, index) => index))])).toEqual([]);
  });

  it('are nothing in texts, labels, and what a model wrote for a tool', () => {
    expect(findIn([other({ type: 'hologram', text: IN, title: 'see http://localhost' })])).toEqual([]);
    expect(findIn([other({ type: 'mcp_tool_use', input: { url: IN } })])).toEqual([]);
    expect(findIn([other({ type: 'url', url: 'gs://bucket/a.png' })])).toEqual([]);
    expect(findIn([], { metadata: { url: IN } })).toEqual([]);
  });
});

describe('links in place of bytes', () => {
  it('are refused where they point inward', () => {
    const file = (data: string): Part => ({ ...base, type: 'file', data });
    const audio = (data: string): Part => ({ ...base, type: 'audio', data, format: 'wav' });
    expect(findIn([file(IN)])).toEqual(REASONS);
    expect(findIn([audio(IN)])).toEqual(REASONS);
    expect(findIn([file('data:application/pdf;base64,AA'), file(OUT), file('AA=='), audio('AA==')])).toEqual([]);
  });
});
