/** `npm run console:api`: writes the console's types of the management API, out of what a running Reeve says of itself. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startReeve } from '../../server/test/rigs/reeve.ts';
import { renderApi, type OpenApiDocument } from './render-api.ts';

const reeve = await startReeve();
try {
  const reply = await fetch(`${reeve.baseUrl}/api/v1/openapi.json`);
  const text = renderApi((await reply.json()) as OpenApiDocument);
  await writeFile(join(import.meta.dirname, '../src/api/schema.gen.ts'), text);
} finally {
  await reeve.close();
}
