import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'reeve-origins-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILE = '\nlimits:\n  queued: 5\n';

function read(text: string, variables: Record<string, string> = {}, flags: Record<string, string> = {}) {
  const path = join(folder, 'reeve.yaml');
  writeFileSync(path, text);
  return readSettings({ REEVE_CONFIG: path, REEVE_DATA_DIR: folder, ...variables }, flags);
}

describe('where a value comes from', () => {
  it('a line of the file: the one with its name, also where it holds more', () => {
    const { findOrigin } = read(FILE).config;
    expect(findOrigin(['limits', 'queued'])).toMatchObject({ source: 'file', name: 'limits.queued', line: 3 });
    expect(findOrigin(['limits'])).toMatchObject({ source: 'file', line: 2 });
    expect(findOrigin(['limits', 'in_flight'])).toEqual({
      source: 'default',
      name: 'limits.in_flight',
      line: null,
      variables: [],
    });
  });

  it('names with dots and slashes are found whole', () => {
    const { findOrigin } = read('prices:\n  acme/m-1.5: { input: 1, output: 2 }').config;
    expect(findOrigin(['prices', 'acme/m-1.5'])).toMatchObject({ source: 'file', line: 2 });
  });

  it('what the file takes from variables, by name', () => {
    const text = 'providers:\n  acme: { adapter: openai, base_url: "http://${HOST}:${PORT}/v1", api_key: "${ACME}" }';
    const { findOrigin } = read(text, { HOST: 'h', PORT: '1', ACME: 'secret' }).config;
    expect(findOrigin(['providers', 'acme', 'base_url']).variables).toEqual(['HOST', 'PORT']);
    expect(findOrigin(['providers', 'acme', 'api_key'])).toMatchObject({ source: 'file', variables: ['ACME'] });
  });

  it('a provider that its key alone adds: the variable that won, also as a file', () => {
    const { config } = read('', { CO_API_KEY: 'one', OPENAI_API_KEY: 'two' });
    const origin = (provider: string, field: string) => config.findOrigin(['providers', provider, field]);
    expect(origin('cohere', 'api_key')).toMatchObject({ source: 'variable', name: 'CO_API_KEY' });
    expect(origin('openai', 'adapter')).toMatchObject({ source: 'variable', name: 'OPENAI_API_KEY' });
    expect(origin('openai', 'timeout_ms')).toMatchObject({ source: 'default' });
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, 'three');
    const kept = read('', { GROQ_API_KEY_FILE: keyFile }).config.findOrigin(['providers', 'groq', 'api_key']);
    expect(kept).toMatchObject({ source: 'variable', name: 'GROQ_API_KEY_FILE' });
  });

  it('a variable, or the flag that stands before it', () => {
    const { environment } = read('', { REEVE_PORT: '1', REEVE_HOST: '::1' }, { REEVE_PORT: '2' });
    expect(environment.origin('REEVE_PORT')).toMatchObject({ source: 'flag', name: 'REEVE_PORT' });
    expect(environment.origin('REEVE_HOST')).toMatchObject({ source: 'variable', name: 'REEVE_HOST' });
    expect(environment.origin('REEVE_LOG_LEVEL')).toMatchObject({ source: 'default', name: 'REEVE_LOG_LEVEL' });
  });
});
