/** The journal holds as much as it may; it takes records again after `prune`. */
export class JournalFullError extends Error {
  constructor(bytesMax: number) {
    super(`the journal holds its bound of ${bytesMax} bytes`);
    this.name = 'JournalFullError';
  }
}

/** The disk refused a write or a sync. */
export class JournalWriteError extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'JournalWriteError';
  }
}

/** Records that were once on disk cannot be read any more. Nothing is dropped silently: a person decides. */
export class JournalCorruptError extends Error {
  /** The segment file. */
  readonly path: string;
  /** Byte offset in that file at which reading stopped. */
  readonly offset: number;

  constructor(path: string, offset: number, what: string) {
    super(
      `journal segment ${path} is damaged at byte ${offset}: ${what}. Restore the file from a copy; or, to start without ` +
        'what it holds, move this file and every later *.segment of the folder aside and start again.',
    );
    this.name = 'JournalCorruptError';
    this.path = path;
    this.offset = offset;
  }
}
