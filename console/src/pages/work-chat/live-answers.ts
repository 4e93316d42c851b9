/**
 * The answers that are being written. They live outside React: one goes on while its reader looks at another conversation,
 * and what comes is told at most once a frame, however fast it comes.
 */
import type { QueryClient } from '@tanstack/react-query';
import { ApiProblem, createSignal, type Signal } from '#api';
import { askModel, type Answered, type Said } from './ask-model.ts';
import { appendAnswer, conversationQuery, type Entry, type Part } from './conversation.ts';
import type { Facts } from './facts.ts';
import { noteFailure } from './failures.ts';
import { toMessages } from './messages.ts';
import { readPath } from './tree.ts';

export interface LiveAnswer {
  key: string;
  conversationId: string;
  questionId: string;
  model: string;
  state: Signal<LiveState>;
}

export interface LiveState {
  /** `refused`: nothing came. `unsaved`: it came, and could not be kept. */
  phase: 'waiting' | 'writing' | 'saved' | 'refused' | 'unsaved';
  said: Said;
  problem: unknown;
  /** Of a call that failed, where it got as far as one. */
  receiptId: string | null;
  entryId: string | null;
}

/** How an answer that broke off in this window did so. */
export type Break = Pick<Answered, 'ending' | 'problem'>;

interface Running {
  client: QueryClient;
  live: LiveAnswer;
  control: AbortController;
  answered: Answered | null;
}

const NOTHING: Said = { text: '', reasoning: '', refusal: '' };
/** Until the saved entry stands in the page. */
const HANDOVER_MS = 500;

export const liveAnswers = createSignal<readonly LiveAnswer[]>([]);
const running = new Map<string, Running>();
const keys = new Map<string, string>();
const breaks = new Map<string, Break>();
const facts = new Map<string, Facts>();
let started = 0;

/** The answer's name in the page: the same before and after it is saved, so that nothing is drawn anew. */
export const keyOfEntry = (entryId: string): string => keys.get(entryId) ?? entryId;
export const breakOfEntry = (entryId: string): Break | null => breaks.get(entryId) ?? null;
/** What the stream itself told of an answer. */
export const factsOfEntry = (entryId: string): Facts | null => facts.get(entryId) ?? null;

interface Start {
  conversationId: string;
  questionId: string;
  model: string;
}

/** Asks a model the question that stands in the conversation. What it was refused before is forgotten. */
export function startAnswer(client: QueryClient, start: Start): void {
  for (const { key, questionId, model, state } of liveAnswers.get()) {
    const same = questionId === start.questionId && model === start.model;
    if (same && state.get().phase === 'refused') dropAnswer(key);
  }
  started += 1;
  const state = createSignal<LiveState>({
    phase: 'waiting',
    said: NOTHING,
    problem: null,
    receiptId: null,
    entryId: null,
  });
  const live: LiveAnswer = { ...start, key: `live-${started}`, state };
  const run: Running = { client, live, control: new AbortController(), answered: null };
  running.set(live.key, run);
  liveAnswers.set([...liveAnswers.get(), live]);
  void runAnswer(run);
}

export const isRunning = ({ state }: LiveAnswer): boolean => ['waiting', 'writing'].includes(state.get().phase);

export function stopAnswers(conversationId: string): void {
  for (const { live, control } of running.values()) if (live.conversationId === conversationId) control.abort();
}

/** Takes it out of the page: it was refused, or its reader gives it up. */
export function dropAnswer(key: string): void {
  running.delete(key);
  liveAnswers.set(liveAnswers.get().filter((live) => live.key !== key));
}

/** Tries once more to keep what came. */
export async function saveAgain(key: string): Promise<void> {
  const run = running.get(key);
  if (run !== undefined && run.answered !== null) await saveAnswer(run, run.answered);
}

async function runAnswer(run: Running): Promise<void> {
  const { client, live, control } = run;
  const { state } = live;
  const paint = batchFrames((said: Said) => state.set({ ...state.get(), phase: 'writing', said: { ...said } }));
  try {
    const { entries } = await client.ensureQueryData(conversationQuery(live.conversationId));
    const messages = toMessages(readPath(entries, live.questionId));
    const answered = await askModel({ model: live.model, messages, signal: control.signal, onSaid: paint.later });
    paint.cancel();
    run.answered = answered;
    const { text, reasoning, refusal, problem, ending } = answered;
    state.set({ ...state.get(), phase: 'writing', said: { text, reasoning, refusal } });
    if (text + reasoning + refusal !== '') await saveAnswer(run, answered);
    else if (ending === 'stopped') dropAnswer(live.key);
    else refuse(live, problem ?? brokenOff(), answered.receiptId);
  } catch (error) {
    paint.cancel();
    if (control.signal.aborted) dropAnswer(live.key);
    else refuse(live, error, error instanceof ApiProblem ? error.receiptId : null);
  }
}

function refuse({ state, questionId }: LiveAnswer, problem: unknown, receiptId: string | null): void {
  if (receiptId !== null) noteFailure(questionId, receiptId);
  turn(state, { phase: 'refused', problem, receiptId });
}

async function saveAnswer({ client, live }: Running, answered: Answered): Promise<void> {
  const { state, conversationId, questionId, model } = live;
  try {
    const entry = await appendAnswer(client, conversationId, {
      parent_id: questionId,
      role: 'assistant',
      parts: toParts(answered),
      interrupted: answered.ending !== 'whole',
      model,
      receipt_id: answered.receiptId,
    });
    noteEntry(entry, live, answered);
    turn(state, { phase: 'saved', entryId: entry.id });
    window.setTimeout(() => dropAnswer(live.key), HANDOVER_MS);
  } catch (error) {
    turn(state, { phase: 'unsaved', problem: error });
  }
}

function noteEntry({ id }: Entry, { key }: LiveAnswer, { ending, problem, facts: told }: Answered): void {
  keys.set(id, key);
  if (ending === 'whole') facts.set(id, told);
  else breaks.set(id, { ending, problem });
}

/** An answer may be cut in the middle of a character, which the server does not take. */
function toParts(said: Said): Part[] {
  const types = ['reasoning', 'text', 'refusal'] as const;
  return types.flatMap((type) => (said[type] === '' ? [] : [{ type, text: said[type].toWellFormed() }]));
}

/** What a phase changes is seen by the whole conversation, not by the answer alone. */
function turn(state: Signal<LiveState>, change: Partial<LiveState>): void {
  state.set({ ...state.get(), ...change });
  liveAnswers.set([...liveAnswers.get()]);
}

function brokenOff(): ApiProblem {
  return new ApiProblem({ status: 0, code: 'unreachable', message: 'The connection was lost before the first word.' });
}

/** Hands on the newest value once a frame. */
function batchFrames<Value>(show: (value: Value) => void): { later(value: Value): void; cancel(): void } {
  let frame: number | null = null;
  return {
    later(value) {
      frame ??= requestAnimationFrame(() => {
        frame = null;
        show(value);
      });
    },
    cancel() {
      if (frame !== null) cancelAnimationFrame(frame);
      frame = null;
    },
  };
}
