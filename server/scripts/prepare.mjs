// Run by `npm install`: makes the database template that first starts copy, and builds the console. Plain JavaScript,
// because an old Node runs it too; whatever happens, the installation succeeds, and says what is missing.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// 67 MB of C headers come with Node's binary; nothing here is compiled against them.
for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']) {
  const headers = new URL(`../../node_modules/node/node_modules/node-${platform}/include`, import.meta.url);
  rmSync(headers, { recursive: true, force: true });
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const stripsTypes = major > 22 || (major === 22 && minor >= 18);

if (!stripsTypes) {
  console.log(
    `reeve: no database template made, since Node ${process.versions.node} is too old for Reeve (22.18 or newer).`,
  );
} else {
  try {
    const { ensurePrepared, removeOldTemplates } = await import('../src/platform/database/prepare-template.ts');
    await ensurePrepared();
    await removeOldTemplates();
  } catch (error) {
    console.log(`reeve: no database template made, so the first start takes longer: ${error.message}`);
  }
}

// A production install has no bundler: there the console comes built.
const vite = await import('vite').catch(() => null);
if (vite !== null) {
  try {
    await vite.build({ root: fileURLToPath(new URL('../../console', import.meta.url)), logLevel: 'warn' });
  } catch (error) {
    console.log(`reeve: the console was not built (npm run console): ${error.message}`);
  }
}
