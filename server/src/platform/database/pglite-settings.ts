/** How the embedded engine is tuned: one session, little memory, WAL that reaches the disk. */

/** PGlite's own parameters without `-F`, which would switch fsync off. */
export function startParameters(defaults: readonly string[]): string[] {
  return defaults.filter((parameter) => parameter !== '-F');
}

/** Small WAL segments keep the prepared folder small. */
export const initSettings: string[] = ['--wal-segsize=4'];

export const engineSettings: string[] = [
  'fsync=on',
  'wal_sync_method=fsync',
  'full_page_writes=on',
  'shared_buffers=16MB',
  'wal_buffers=1MB',
  'work_mem=4MB',
  'maintenance_work_mem=16MB',
  'temp_buffers=1MB',
  'min_wal_size=16MB',
  'max_wal_size=64MB',
  // Zeros first would write a fresh log file twice: 15 % of the disk's work at full load.
  'wal_init_zero=off',
  'max_connections=4',
  'autovacuum=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'datestyle=ISO',
];
