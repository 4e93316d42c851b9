/** Puts what only tests need into a cache folder outside the project, once per machine. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Installs an npm manifest (and the `files` that it refers to); install scripts do not run.
 * Resolves with the folder that holds `node_modules`.
 */
export function installNpm(
  name: string,
  manifest: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  return installOnce(name, JSON.stringify([manifest, files]), async (folder) => {
    const all = { ...files, 'package.json': JSON.stringify(manifest, null, 2) };
    for (const [path, text] of Object.entries(all)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  });
}

/** Makes a Python virtual environment with these requirements. Resolves with the path of its interpreter. */
export async function installPython(name: string, requirements: readonly string[]): Promise<string> {
  const folder = await installOnce(name, requirements.join('\n'), async (target) => {
    await run('python3', ['-m', 'venv', target]);
    await run(join(target, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...requirements]);
  });
  return join(folder, 'bin/python');
}

/** Works in a folder of its own and moves it into place, so that two test workers never see half an install. */
async function installOnce(
  name: string,
  contents: string,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const base = join(tmpdir(), 'reeve-outside');
  const mark = createHash('sha256').update(contents).digest('hex').slice(0, 12);
  const target = join(base, `${name}-${mark}`);
  if (await exists(target)) return target;
  await mkdir(base, { recursive: true });
  const workplace = await mkdtemp(join(base, `${name}-new-`));
  await install(workplace);
  try {
    await rename(workplace, target);
  } catch (error) {
    await rm(workplace, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  }
  return target;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
