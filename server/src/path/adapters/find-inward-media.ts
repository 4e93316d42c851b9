import type { Call, MediaPart } from '@reeve/contracts';
import { pointsInward } from '#platform/http-client/port.ts';

/**
 * The media of a call that a server would fetch from inside some network, in the caller's words. Whoever fetches it,
 * this server or a provider that lives beside it, would read for the caller what the caller cannot reach.
 */
export function findInwardMedia({ parts }: Call): string[] {
  for (const part of parts) {
    if (part.type === 'tool-result' && part.content.some(isInward)) return [REASON];
    if ((part.type === 'image' || part.type === 'file') && isInward(part)) return [REASON];
  }
  return [];
}

const REASON = 'media at an address that points inward';

function isInward(part: MediaPart): boolean {
  if (part.type === 'text') return false;
  const { url } = part;
  return url !== undefined && !/^data:/i.test(url) && !PROVIDER_STORE.test(url) && pointsInward(url);
}

/** Objects in a cloud's store: the provider reads them under its own rules, nothing is fetched by name. */
const PROVIDER_STORE = /^(gs|s3):\/\//i;
