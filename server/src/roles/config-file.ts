/** reeve.yaml as it is written: the document, and where its lines begin. */
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { ConfigurationError } from './environment.ts';

export interface ConfigDocument {
  yaml: Document;
  lines: LineCounter;
}

/** `${NAME}` in a text. */
export const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Throws `ConfigurationError` where it is no YAML. */
export function readConfigFile(path: string): ConfigDocument {
  const lines = new LineCounter();
  const yaml = parseDocument(readFileSync(path, 'utf8'), { uniqueKeys: true, lineCounter: lines });
  const [fault] = yaml.errors;
  if (fault !== undefined) throw new ConfigurationError([`${path}: not valid YAML: ${fault.message}`]);
  return { yaml, lines };
}
