/** Puts the one gateway that npm offers for comparison into a cache folder outside the project. */
import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '1.15.2';
/** With later ones its streams fail. */
const HONO_NODE_SERVER = '1.14.1';

/** Installs once per machine; returns the path of the start script. */
export async function installPortkey(): Promise<string> {
  const folder = join(tmpdir(), `reeve-bench-portkey-${VERSION}`);
  const script = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  if (await exists(script)) return script;
  await mkdir(folder, { recursive: true });
  const manifest = {
    private: true,
    dependencies: { '@portkey-ai/gateway': VERSION },
    overrides: { '@hono/node-server': HONO_NODE_SERVER },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  return script;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
