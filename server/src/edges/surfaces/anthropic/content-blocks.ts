/**
 * The content blocks of a stream: on this wire one begins when the one before it has ended, while other providers send
 * pieces of several tool calls in turn. What belongs to a later block waits until the earlier one can get no more.
 */
import { inputOf, watchObject } from './tool-input.ts';

/** A block that gets pieces. */
export interface Block {
  /** How the block begins; `null` while that is not known. */
  start: object | null;
  /** Deltas that wait to be sent. */
  deltas: object[];
  /** Nothing more of it can come once another block has begun. */
  isWhole(): boolean;
  /** What it has to say when it ends. */
  finish(): object[];
}

/** Blocks in the order in which they began; `drain` gives the frames of what may be sent by now. */
export class BlockSequence {
  readonly #waiting: Block[] = [];
  #index = 0;
  #begun = false;

  get last(): Block | undefined {
    return this.#waiting.at(-1);
  }

  add(block: Block): void {
    this.#waiting.push(block);
  }

  drain(): string {
    let frames = '';
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      frames += this.#send(head);
      if (this.#waiting.length === 1 || !head.isWhole()) break;
      frames += this.#close(head);
    }
    return frames;
  }

  /** Ends every block. */
  end(): string {
    let frames = '';
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      frames += this.#send(head) + this.#close(head);
    }
    return frames;
  }

  #send(block: Block): string {
    if (block.start === null) return '';
    let frames = '';
    if (!this.#begun) frames += toFrame('content_block_start', { index: this.#index, content_block: block.start });
    this.#begun = true;
    for (const delta of block.deltas) frames += this.#delta(delta);
    block.deltas.length = 0;
    return frames;
  }

  #close(block: Block): string {
    let frames = '';
    if (this.#begun) {
      for (const delta of block.finish()) frames += this.#delta(delta);
      frames += toFrame('content_block_stop', { index: this.#index });
      this.#index += 1;
    }
    this.#begun = false;
    this.#waiting.shift();
    return frames;
  }

  #delta(delta: object): string {
    return toFrame('content_block_delta', { index: this.#index, delta });
  }
}

export function toFrame(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** A text or a thought: it is over when something else comes. */
export function createBlock(start: object): Block {
  return { start, deltas: [], isWhole: () => true, finish: () => [] };
}

/** A block of `tool_use`, whose input comes as pieces of a JSON object. */
export class ToolBlock implements Block {
  start: object | null = null;
  readonly deltas: object[] = [];
  readonly #watch = watchObject();
  /** What came before it was clear whether this is an object; all of the text where it is none. */
  #unclear = '';
  #isObject = false;

  take(text: string): void {
    if (!this.#isObject) {
      this.#unclear += text;
      if (!this.#unclear.trimStart().startsWith('{')) return;
      this.#isObject = true;
    }
    const piece = this.#watch.take(this.#unclear === '' ? text : this.#unclear.trimStart());
    this.#unclear = '';
    if (piece !== '') this.deltas.push(toInputDelta(piece));
  }

  isWhole(): boolean {
    return this.start !== null && this.#watch.whole;
  }

  /** An object that was cut stays cut, as on this wire; what never was one is sent as `inputOf` has it. */
  finish(): object[] {
    if (this.#isObject) return [];
    const input = inputOf(this.#unclear);
    return Object.keys(input).length === 0 ? [] : [toInputDelta(JSON.stringify(input))];
  }
}

function toInputDelta(text: string): object {
  return { type: 'input_json_delta', partial_json: text };
}
