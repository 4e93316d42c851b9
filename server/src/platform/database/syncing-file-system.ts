import { fdatasyncSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

type InitArguments = Parameters<NodeFS['init']>;
type EmscriptenOptions = InitArguments[1];

/** What of Emscripten's file layer is touched here; its typings do not show it. */
interface OpenFile {
  /** The descriptor of the real file. */
  nfd?: number;
}
interface StreamOperations {
  fsync?: (file: OpenFile) => number;
  llseek(...input: unknown[]): number;
  read(...input: unknown[]): number;
  write(file: OpenFile, ...rest: unknown[]): number;
}
interface FileLayers {
  filesystems: { NODEFS: { stream_ops: StreamOperations } };
}

/**
 * A file is synced when so much of it has been written since, whether or not PostgreSQL asks. It writes a lot and syncs
 * seldom: a checkpoint would hand the disk tens of megabytes at once, and the journal's next sync, for which calls wait,
 * would stand behind them. PostgreSQL's own settings for this (`backend_flush_after`) do nothing in PGlite.
 */
const UNSYNCED_BYTES_MAX = 1024 * 1024;

interface FileHooks {
  /** After each sync that the disk has confirmed. */
  onSync(): void;
  /** Before each read, and each time PostgreSQL asks how long a file is: often, in a statement that scans or adds pages. */
  onLook(): void;
}

/**
 * A data folder on the real disk, whose fsync reaches the disk. PGlite's own file layer answers fsync without doing
 * anything; PostgreSQL's promise of durability would then hold for a crash of the process only.
 */
export class SyncingFileSystem extends NodeFS {
  readonly #hooks: FileHooks;
  readonly #unsyncedBytes = new WeakMap<OpenFile, number>();

  constructor(folder: string, hooks: FileHooks) {
    super(folder);
    this.#hooks = hooks;
  }

  override async init(
    pg: InitArguments[0],
    options: EmscriptenOptions,
  ): Promise<{ emscriptenOpts: EmscriptenOptions }> {
    const { emscriptenOpts } = await super.init(pg, options);
    const preRun = [...(emscriptenOpts.preRun ?? []), (mod: { FS: object }) => this.#attach(mod.FS as FileLayers)];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }

  #attach(layers: FileLayers): void {
    const operations = layers.filesystems.NODEFS.stream_ops;
    const { llseek, read, write } = operations;
    operations.llseek = (...input) => {
      this.#hooks.onLook();
      return llseek(...input);
    };
    operations.read = (...input) => {
      this.#hooks.onLook();
      return read(...input);
    };
    operations.fsync = (file) => {
      this.#sync(file);
      return 0;
    };
    operations.write = (file, ...rest) => {
      const bytes = write(file, ...rest);
      const unsynced = (this.#unsyncedBytes.get(file) ?? 0) + bytes;
      this.#unsyncedBytes.set(file, unsynced);
      if (unsynced >= UNSYNCED_BYTES_MAX) this.#sync(file);
      return bytes;
    };
  }

  #sync(file: OpenFile): void {
    this.#unsyncedBytes.delete(file);
    if (file.nfd === undefined) return;
    fdatasyncSync(file.nfd);
    this.#hooks.onSync();
  }
}
