#!/usr/bin/env node
/** The entry: hands the command line to the verb that it names. */
import { runCli } from './cli/cli.ts';

process.exitCode = await runCli(process.argv.slice(2));
