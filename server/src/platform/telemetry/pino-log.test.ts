import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../clock/testing.ts';
import { createPinoLog } from './pino-log.ts';

function openLog(level: 'debug' | 'info' | 'warn' | 'error') {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line), hurry() {}, close: () => Promise.resolve() };
  return {
    log: createPinoLog(level, sink, createVirtualClock()),
    entries: () => lines.map((line): unknown => JSON.parse(line)),
  };
}

describe('a log line', () => {
  it('is JSON with time, level, service, the fields and the message', () => {
    const { log, entries } = openLog('info');
    log.info({ tenant_id: 'ten_1', request_id: 'req_1', trace_id: 'abc' }, 'call settled');
    expect(entries()).toEqual([
      {
        level: 'info',
        timestamp: '2023-11-14T22:13:20.000Z',
        service_name: 'reeve',
        tenant_id: 'ten_1',
        request_id: 'req_1',
        trace_id: 'abc',
        message: 'call settled',
      },
    ]);
  });

  it('appears from the level on', () => {
    const { log, entries } = openLog('warn');
    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    log.error({}, 'd');
    expect(entries()).toMatchObject([{ level: 'warn' }, { level: 'error' }]);
  });

  it('hides credentials and spells errors out, under any name', () => {
    const { log, entries } = openLog('info');
    log.error(
      { headers: { authorization: 'Bearer sk-1' }, err: new Error('broken'), cause: new Error('deep') },
      'failed',
    );
    expect(entries()).toMatchObject([
      {
        headers: { authorization: '[redacted]' },
        err: { type: 'Error', message: 'broken' },
        cause: { message: 'deep' },
      },
    ]);
  });
});
