/** Which version of a projection's code made what is stored. */
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';

export interface ProjectionState {
  name: string;
  version: number;
  /** `null`: never rebuilt, grown from the first receipt on. */
  rebuiltAt: string | null;
}

export async function listProjectionStates(tx: Tx): Promise<ProjectionState[]> {
  const { rows } = await sql<ProjectionState>`
    select name, version, rebuilt_at as "rebuiltAt" from projection order by name`.execute(tx);
  return rows;
}

export async function saveProjectionState(tx: Tx, state: ProjectionState): Promise<void> {
  await sql`insert into projection (name, version, rebuilt_at)
    values (${state.name}, ${state.version}, ${state.rebuiltAt}::timestamptz)
    on conflict (name) do update set version = excluded.version, rebuilt_at = excluded.rebuilt_at`.execute(tx);
}
