import { join } from 'node:path';
import { startEngine } from '#platform/database/pglite-database.ts';
import { describeConversations } from './conversations.ts';

describeConversations('the embedded database', async () => ({
  async openAdmin({ dataDir }) {
    const engine = await startEngine(join(dataDir, 'database'), { syncing: false });
    const session = await engine.connect();
    return {
      session,
      async close() {
        session.release();
        await engine.stop();
      },
    };
  },
}));
