#!/usr/bin/env -S node --v8-pool-size=2
/** The entry: hands the command line to the verb that it names. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// What one start compiled, the next one need not, where this folder can be written.
enableCompileCache(fileURLToPath(new URL('../../.prepared/compiled', import.meta.url)));
const { runCli } = await import('./cli/cli.ts');

process.exitCode = await runCli(process.argv.slice(2));
