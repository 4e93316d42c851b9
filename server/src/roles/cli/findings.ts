/** What the doctor says of one thing. Secrets are never part of it. */
export interface Finding {
  section: 'configured' | 'reachable' | 'missing';
  name: string;
  /** `note` is for information, `warning` wants a look, `broken` makes the exit code 1. */
  state: 'ok' | 'note' | 'warning' | 'broken';
  detail: string;
  /** What to do about it. */
  mend: string | null;
}

type Say = (name: string, state: Finding['state'], detail: string, mend?: string) => Finding;

const sayIn =
  (section: Finding['section']): Say =>
  (name, state, detail, mend) => ({ section, name, state, detail, mend: mend ?? null });

export const configured: Say = sayIn('configured');
export const reachable: Say = sayIn('reachable');
export const missing: Say = sayIn('missing');
