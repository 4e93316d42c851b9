/** How a verb ended. The numbers are a promise: scripts rely on them. */
export const EXIT = {
  ok: 0,
  /** It was tried and failed. */
  failed: 1,
  /** Wrong flags, values or configuration: nothing was tried. */
  usage: 2,
  /** A policy, a right or a conflict stands against it. */
  refused: 3,
  notFound: 4,
  /** The server or the database does not answer. */
  unreachable: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code for an answer of the management API. */
export function toExitCode(status: number): ExitCode {
  if (status < 400) return EXIT.ok;
  if (status === 400 || status === 413 || status === 422) return EXIT.usage;
  if (status === 401 || status === 403 || status === 409) return EXIT.refused;
  if (status === 404) return EXIT.notFound;
  return status === 503 ? EXIT.unreachable : EXIT.failed;
}

export const EXIT_HELP = `
Exit codes: 0 done · 1 failed · 2 wrong usage or configuration · 3 refused · 4 not found · 5 unreachable`;
