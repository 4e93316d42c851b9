/**
 * Servers that speak OpenAI's wire and what each makes of it, from their public documentation. A fact is here where it
 * holds for all models of a server; reeve.yaml may override any of them.
 */
import type { OpenAiSettings } from './provider-settings.ts';

interface OpenAiPreset {
  /** Of a server of one's own: where it listens unless told otherwise. */
  baseUrl: string;
  keyVariables?: readonly string[];
  preset: OpenAiSettings;
}

export const OPENAI_PRESETS: Readonly<Record<string, OpenAiPreset>> = {
  openai: {
    baseUrl: 'https://api.openai.com/v1',
    keyVariables: ['OPENAI_API_KEY'],
    preset: { max_tokens_field: 'max_completion_tokens', responses: true, without: ['top_k', 'rerank'] },
  },
  vllm: {
    baseUrl: 'http://127.0.0.1:8000/v1',
    preset: { max_tokens_field: 'max_tokens', responses: true, without: ['moderation'] },
  },
  ollama: {
    baseUrl: 'http://127.0.0.1:11434/v1',
    preset: {
      max_tokens_field: 'max_tokens',
      responses: true,
      without: [
        'top_k',
        'choices',
        'logit_bias',
        'tool_choice',
        'parallel_tool_calls',
        'audio',
        'files',
        'moderation',
        'rerank',
      ],
    },
  },
  lmstudio: {
    baseUrl: 'http://127.0.0.1:1234/v1',
    preset: {
      max_tokens_field: 'max_tokens',
      responses: true,
      without: ['choices', 'logprobs', 'audio', 'files', 'moderation', 'rerank'],
    },
  },
  llamacpp: {
    baseUrl: 'http://127.0.0.1:8080/v1',
    preset: { max_tokens_field: 'max_tokens', responses: true, without: ['files', 'moderation'] },
  },
  groq: {
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariables: ['GROQ_API_KEY'],
    preset: {
      max_tokens_field: 'max_completion_tokens',
      responses: true,
      takes_thoughts: false,
      without: [
        'top_k',
        'choices',
        'logprobs',
        'logit_bias',
        'penalties',
        'audio',
        'files',
        'completion',
        'embedding',
        'moderation',
        'rerank',
      ],
    },
  },
  together: {
    baseUrl: 'https://api.together.xyz/v1',
    keyVariables: ['TOGETHER_API_KEY'],
    // Its log probabilities have a shape of their own.
    preset: { max_tokens_field: 'max_tokens', responses: false, without: ['logprobs', 'files', 'moderation'] },
  },
  deepseek: {
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariables: ['DEEPSEEK_API_KEY'],
    preset: {
      max_tokens_field: 'max_tokens',
      responses: false,
      without: [
        'top_k',
        'choices',
        'seed',
        'logit_bias',
        'parallel_tool_calls',
        'json_schema',
        'images',
        'audio',
        'files',
        'completion',
        'embedding',
        'moderation',
        'rerank',
      ],
    },
  },
  openrouter: {
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
    preset: { max_tokens_field: 'max_tokens', responses: true, without: ['choices', 'moderation', 'rerank'] },
  },
  xai: {
    baseUrl: 'https://api.x.ai/v1',
    keyVariables: ['XAI_API_KEY'],
    preset: {
      max_tokens_field: 'max_completion_tokens',
      responses: true,
      without: ['top_k', 'logit_bias', 'audio', 'files', 'completion', 'embedding', 'moderation', 'rerank'],
    },
  },
  fireworks: {
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariables: ['FIREWORKS_API_KEY'],
    preset: { max_tokens_field: 'max_tokens', responses: true, without: ['files', 'moderation'] },
  },
  perplexity: {
    baseUrl: 'https://api.perplexity.ai',
    keyVariables: ['PERPLEXITY_API_KEY'],
    preset: {
      max_tokens_field: 'max_tokens',
      responses: false,
      without: [
        'choices',
        'seed',
        'stop',
        'logprobs',
        'logit_bias',
        'tools',
        'tool_choice',
        'parallel_tool_calls',
        'audio',
        'completion',
        'embedding',
        'moderation',
        'rerank',
      ],
    },
  },
};
