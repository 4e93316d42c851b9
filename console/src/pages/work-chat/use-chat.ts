/** What one can do in a conversation: ask, ask anew, try again, go on, stop. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { dropAbsent, recall, remember, useSignal } from '#app';
import {
  appendEntry,
  beginConversation,
  conversationQuery,
  type Conversation,
  type Entry,
  type Part,
} from './conversation.ts';
import { isRunning, liveAnswers, startAnswer, stopAnswers, type LiveAnswer } from './live-answers.ts';
import { modelsQuery, type Model } from './models.ts';
import type { ChatSearch } from './search.ts';
import { findLeaf, readPath } from './tree.ts';

const page = getRouteApi('/work/chat');
const MODEL_PLACE = 'chat.model';

export interface Chat {
  conversation: Conversation | null;
  /** The way that is shown, down to the question that is being answered, where one is. */
  path: readonly Entry[];
  /** The answers to questions of the way that are not kept: those that are being written, and those that failed. */
  lives: readonly LiveAnswer[];
  /** One answer of this conversation is being written, on this way or another. */
  busy: boolean;
  model: string | null;
  beside: string | null;
  /** Asks behind `parentId`; `onKept` is told when the question is. Throws `ApiProblem`. */
  ask(parts: Part[], parentId: string | null, onKept?: () => void): Promise<void>;
  /** Asks a question once more; the answer stands beside the others. */
  retry(questionId: string, model?: string): void;
  stop(): void;
  /** Changes what stands in the URL; `undefined` takes it out. */
  show(change: { [Name in keyof ChatSearch]?: string | undefined }): void;
}

export function useChat(conversation: Conversation | null): Chat {
  const client = useQueryClient();
  const search = page.useSearch();
  const navigate = page.useNavigate();
  const { lives, path, busy } = useWay(conversation, search.at);
  const { data: offered = [] } = useQuery(modelsQuery);
  const model = chooseModel(offered, search.model, path);
  const beside = search.beside === model ? null : (search.beside ?? null);
  const show: Chat['show'] = (change) => void navigate({ search: (before) => dropAbsent({ ...before, ...change }) });

  const start = (conversationId: string, questionId: string, models: readonly string[]): void => {
    for (const one of models) startAnswer(client, { conversationId, questionId, model: one });
  };
  return {
    conversation,
    path,
    lives,
    busy,
    model,
    beside,
    show,
    async ask(parts, parentId, onKept) {
      // Who is quick asks before the page knows its models.
      const first = model ?? chooseModel(await client.ensureQueryData(modelsQuery), search.model, path);
      if (first === null) return;
      const models = [...new Set([first, ...(beside === null ? [] : [beside])])];
      remember(MODEL_PLACE, first);
      const id = conversation?.session.id ?? (await beginConversation(client, titleOf(parts), models));
      const question = await appendEntry(client, id, { parent_id: parentId, role: 'user', parts });
      onKept?.();
      start(id, question.id, models);
      await navigate({ search: (before) => ({ ...before, id, at: question.id }) });
    },
    retry(questionId, other) {
      const asked = other ?? model;
      if (conversation === null || asked === null) return;
      start(conversation.session.id, questionId, [asked]);
      show({ at: questionId });
    },
    stop() {
      if (conversation !== null) stopAnswers(conversation.session.id);
    },
  };
}

function useWay(conversation: Conversation | null, at: string | undefined) {
  const all = useSignal(liveAnswers);
  const entries = conversation?.entries ?? [];
  const known = new Set(entries.map(({ id }) => id));
  const isKept = ({ state }: LiveAnswer): boolean => known.has(state.get().entryId ?? '');
  const own = all.filter((live) => live.conversationId === conversation?.session.id && !isKept(live));
  const whole = readPath(entries, findLeaf(entries, at));
  // While a question of this way is being answered, the way ends there. What failed hides nothing that came after it.
  const end = whole.findIndex(({ id }) => own.some((live) => live.questionId === id && isRunning(live)));
  const path = end === -1 ? whole : whole.slice(0, end + 1);
  const shown = new Set(path.map(({ id }) => id));
  const lives = own.filter(({ questionId }) => shown.has(questionId));
  return { path, lives, busy: own.some(isRunning) };
}

/** Of the URL; else the one that answered last; else the one that was chosen last; else the first. */
function chooseModel(models: readonly Model[], wanted: string | undefined, path: readonly Entry[]): string | null {
  const last = path.findLast(({ model }) => model !== null)?.model;
  const offered = [wanted, last, recall(MODEL_PLACE)].find((name) => models.some(({ id }) => id === name));
  return offered ?? models[0]?.id ?? null;
}

function titleOf(parts: readonly Part[]): string {
  const named = parts.map((part) => (part.type === 'text' ? part.text : part.type === 'file' ? part.filename : ''));
  return named.find((text) => text.trim() !== '') ?? '';
}

/** The open conversation; `undefined` while none is. */
export function useConversation(id: string | undefined) {
  return useQuery({ ...conversationQuery(id ?? ''), enabled: id !== undefined });
}
