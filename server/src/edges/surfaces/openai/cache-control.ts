/** The mark that gateways and the providers behind them take over from the wire where it was made. */
import type { CacheTtl } from '@reeve/contracts';

/** How long the prompt up to here is worth keeping; `null` for a mark that says anything else. */
export function readCacheControl(control: unknown): CacheTtl | null {
  if (typeof control !== 'object' || control === null) return null;
  const { type, ttl, ...others } = control as { type?: unknown; ttl?: unknown };
  if (type !== 'ephemeral' || Object.keys(others).length > 0) return null;
  if (ttl == null || ttl === '5m') return '5m';
  return ttl === '1h' ? ttl : null;
}

/** The mark of a content part, a message or a tool, where it has one that is known. */
export function cacheOf(holder: Readonly<Record<string, unknown>>): { cache?: CacheTtl } {
  const cache = readCacheControl(holder['cache_control']);
  if (cache !== null) return { cache };
  return holder['prompt_cache_breakpoint'] == null ? {} : { cache: '5m' };
}
