import type { Call, MediaPart, Part } from '@reeve/contracts';
import { pointsInward } from '#platform/http-client/port.ts';
import { HARMLESS } from './features.ts';

/**
 * The media of a call that a server would fetch from inside some network, in the caller's words. Whoever fetches it,
 * this server or a provider that lives beside it, would read for the caller what the caller cannot reach. What the call
 * does not model is searched for links by the names that fields with links have.
 */
export function findInwardMedia({ parts, extensions }: Call): string[] {
  const walk: Walk = { left: NODES_MAX };
  for (const part of parts) if (isInwardPart(part, walk)) return [REASON];
  for (const name in extensions) {
    if (!HARMLESS.has(name) && holdsInwardLink(extensions[name], LINK_NAME.test(name), walk)) return [REASON];
  }
  return walk.left > 0 ? [] : [`more than ${NODES_MAX} nested values that could hold links`];
}

const REASON = 'media at an address that points inward';
/** More than any honest request holds of what the call does not model; nobody may make the search itself the work. */
const NODES_MAX = 50_000;

interface Walk {
  left: number;
}

function isInwardPart(part: Part, walk: Walk): boolean {
  switch (part.type) {
    case 'image':
    case 'file':
      return isInward(part);
    case 'tool-result':
      return part.content.some(isInward);
    case 'audio':
      return isInwardLink(part.data);
    case 'other':
      return holdsInwardLink(part.value, false, walk);
    default:
      return false;
  }
}

function isInward(part: MediaPart): boolean {
  if (part.type === 'text') return false;
  const { url } = part;
  if (url !== undefined && !/^data:/i.test(url) && !PROVIDER_STORE.test(url) && pointsInward(url)) return true;
  return part.type === 'file' && part.data !== undefined && isInwardLink(part.data);
}

/** Objects in a cloud's store: the provider reads them under its own rules, nothing is fetched by name. */
const PROVIDER_STORE = /^(gs|s3):\/\//i;

/** `url`, `image_url`, `fileUri`, `images`, `file_data`, `messages[].video`, … */
const LINK_NAME = /(ur[il]|image|video|audio|file|file_data|(^|\.)data)s?$/i;
/** A model wrote these for a tool, and nobody fetches what they name. */
const WRITTEN = /^(input|arguments|action)$/;
const WRITER = /(_use|call)$/;

/** `named`: it stands under a name for links. The body's own limit bounds the depth. */
function holdsInwardLink(value: unknown, named: boolean, walk: Walk): boolean {
  if (typeof value === 'string') return named && takeNode(walk) && isInwardLink(value);
  if (typeof value !== 'object' || value === null || !takeNode(walk)) return false;
  if (Array.isArray(value)) return value.some((item) => holdsInwardLink(item, named, walk));
  const isWriter = 'type' in value && typeof value.type === 'string' && WRITER.test(value.type);
  return Object.entries(value).some(([name, inner]) => {
    return !(isWriter && WRITTEN.test(name)) && holdsInwardLink(inner, LINK_NAME.test(name), walk);
  });
}

function takeNode(walk: Walk): boolean {
  walk.left -= 1;
  return walk.left > 0;
}

/** A text that is a link for fetching, and leads inward; base64 and texts are none. */
function isInwardLink(text: string): boolean {
  if (/^data:/i.test(text) || !text.includes(':')) return false;
  const scheme = URL.parse(text)?.protocol;
  return scheme !== undefined && FETCHED.test(scheme) && pointsInward(text);
}

const FETCHED = /^(https?|file|ftp):$/;
