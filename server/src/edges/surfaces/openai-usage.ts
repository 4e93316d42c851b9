import type { AnswerFrame, Usage } from '@reeve/contracts';

/** The `usage` object of OpenAI's chats and completions. */
export function renderUsage(usage: Usage) {
  const written = (usage.cacheWriteTokens ?? 0) + (usage.cacheWrite1hTokens ?? 0);
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      audio_tokens: usage.audioInputTokens ?? 0,
      ...(written === 0 ? {} : { cache_write_tokens: written }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens ?? 0,
      audio_tokens: usage.audioOutputTokens ?? 0,
    },
  };
}

/** Whether a stream still owes its caller the usage: it was asked for, and no frame told the provider's own last word on it. */
export function watchUsage(isAsked: boolean) {
  let isOwed = isAsked;
  return {
    /** The frame goes out as it came. */
    note({ events }: AnswerFrame): void {
      if (isOwed) isOwed = !events.some((event) => event.type === 'usage' && event.interim !== true);
    },
    isOwed: () => isOwed,
  };
}
