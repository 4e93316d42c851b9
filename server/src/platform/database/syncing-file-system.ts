import { fdatasyncSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

type InitArguments = Parameters<NodeFS['init']>;
type EmscriptenOptions = InitArguments[1];

/** What of Emscripten's file layer is touched here; its typings do not show it. */
interface OpenFile {
  /** The descriptor of the real file. */
  nfd?: number;
}
interface FileLayers {
  filesystems: { NODEFS: { stream_ops: { fsync?: (file: OpenFile) => number } } };
}

/**
 * A data folder on the real disk, whose fsync reaches the disk. PGlite's own file layer answers fsync without doing
 * anything; PostgreSQL's promise of durability would then hold for a crash of the process only.
 */
export class SyncingFileSystem extends NodeFS {
  readonly #onSync: () => void;

  /** `onSync` is called after each sync that the disk has confirmed. */
  constructor(folder: string, onSync: () => void) {
    super(folder);
    this.#onSync = onSync;
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
    layers.filesystems.NODEFS.stream_ops.fsync = (file) => {
      if (file.nfd !== undefined) {
        fdatasyncSync(file.nfd);
        this.#onSync();
      }
      return 0;
    };
  }
}
