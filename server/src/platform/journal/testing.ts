import { type SegmentFiles, segmentFiles } from './segment-files.ts';

export interface FaultyFiles extends SegmentFiles {
  /** So many more bytes fit on the disk; a write that does not fit leaves its first part, as a full disk does. */
  roomBytes: number;
  /** The next syncs fail, so many. */
  failingSyncs: number;
  /** Syncs wait while this is set. `release` lets them go on. */
  holdSyncs(): { release(): void };
  syncCount: number;
}

/** The real file calls with a disk that can be full, fail to sync, or be slow. */
export function createFaultyFiles(): FaultyFiles {
  let held: (() => void)[] | null = null;
  const failSync = (): Error | null => {
    files.syncCount += 1;
    if (files.failingSyncs === 0) return null;
    files.failingSyncs -= 1;
    return new Error('EIO: i/o error, fdatasync');
  };
  const files: FaultyFiles = {
    ...segmentFiles,
    roomBytes: Infinity,
    failingSyncs: 0,
    syncCount: 0,
    holdSyncs() {
      held = [];
      return {
        release() {
          const waiting = held ?? [];
          held = null;
          for (const go of waiting) go();
        },
      };
    },
    write(fd, bytes, offset) {
      if (bytes.length <= files.roomBytes) {
        segmentFiles.write(fd, bytes, offset);
        files.roomBytes -= bytes.length;
        return;
      }
      segmentFiles.write(fd, bytes.subarray(0, files.roomBytes), offset);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
    sync(fd, done) {
      const go = (): void => {
        const failure = failSync();
        if (failure === null) segmentFiles.sync(fd, done);
        else setImmediate(() => done(failure));
      };
      if (held === null) go();
      else held.push(go);
    },
    syncNow(fd) {
      const failure = failSync();
      if (failure !== null) throw failure;
      segmentFiles.syncNow(fd);
    },
  };
  return files;
}
