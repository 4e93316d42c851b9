/** The models that may be asked here, by the names of `/v1/models`, and what is known of each. */
import { queryOptions } from '@tanstack/react-query';
import { request } from '#api';

export type Taken = 'images' | 'files';

export interface Candidate {
  name: string;
  /** USD per million tokens. */
  input?: number;
  output?: number;
  context_tokens?: number;
  kind?: string;
  takes?: string[];
}

export interface Model {
  id: string;
  /** In the order in which they are tried; figures are those of the first. */
  candidates: Candidate[];
}

export const modelsQuery = queryOptions({
  queryKey: ['chat', 'models'],
  staleTime: 60_000,
  queryFn: async ({ signal }): Promise<Model[]> => {
    const response = await request('/v1/models', { method: 'GET', signal });
    const { data } = (await response.json()) as { data: Model[] };
    return data.filter(({ candidates }) => (candidates[0]?.kind ?? 'chat') === 'chat');
  },
});

/** Whether a model takes this beside text. One that no list knows is believed to. */
export function takes(model: Model | undefined, what: Taken): boolean {
  if (model === undefined) return true;
  return model.candidates.some((candidate) => candidate.takes === undefined || candidate.takes.includes(what));
}
