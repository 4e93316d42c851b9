import type { Client } from 'pg';
import { unavailableWhenLost } from './connection-errors.ts';
import { createNoticeBoard, listenStatement, unlistenStatement } from './notice-board.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;

export interface PostgresListener {
  listen(channel: string, onNotice: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * Notifications over one connection of their own, opened for the first listener and reopened whenever it breaks. Then,
 * and again once it stands, every listener hears an empty payload: what is sent in between is lost.
 */
export function createPostgresListener(openClient: () => Client): PostgresListener {
  const board = createNoticeBoard();
  let current: Promise<Client> | null = null;
  let retry: NodeJS.Timeout | null = null;
  let closed = false;

  async function open(): Promise<Client> {
    const client = openClient();
    // `end` follows each `error`; without a listener for it Node would end the process.
    client.on('error', () => undefined);
    await client.connect();
    client.on('end', () => {
      current = null;
      if (closed) return;
      board.reportGap();
      reopenLater(FIRST_RETRY_MS);
    });
    await board.attach(client);
    return client;
  }

  function connected(): Promise<Client> {
    current ??= open().catch((error: unknown) => {
      current = null;
      throw error;
    });
    return current;
  }

  function reopenLater(delayMs: number): void {
    if (closed || board.isEmpty() || retry !== null) return;
    retry = setTimeout(() => {
      retry = null;
      connected().then(board.reportGap, () => reopenLater(Math.min(delayMs * 2, LAST_RETRY_MS)));
    }, delayMs);
    retry.unref();
  }

  return {
    async listen(channel, onNotice) {
      const statement = listenStatement(channel);
      const client = await connected().catch(unavailableWhenLost);
      if (board.add(channel, onNotice)) await client.query(statement);
      return async () => {
        if (board.remove(channel, onNotice) && current !== null)
          await (await current).query(unlistenStatement(channel));
      };
    },
    async close() {
      closed = true;
      if (retry !== null) clearTimeout(retry);
      const client = await current?.catch(() => null);
      await client?.end();
    },
  };
}
