/** The one gateway that npm offers for comparison, in a cache folder outside the project. */
import { join } from 'node:path';
import { installNpm } from '../../server/test/rigs/outside-install.ts';

const MANIFEST = {
  private: true,
  dependencies: { '@portkey-ai/gateway': '1.15.2' },
  /** With later ones its streams fail. */
  overrides: { '@hono/node-server': '1.14.1' },
};

/** Installs once per machine; resolves with the path of the start script. */
export async function installPortkey(): Promise<string> {
  const folder = await installNpm('portkey', MANIFEST);
  return join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
}
