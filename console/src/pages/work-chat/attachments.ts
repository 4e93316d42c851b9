/** Files that go with a question, read in this browser. What no model could read is refused by its name. */
import type { Part } from './conversation.ts';
import { takes, type Model, type Taken } from './models.ts';

export interface Attachment {
  name: string;
  bytes: number;
  needs: Taken | null;
  part: Part;
}

export interface Refusal {
  name: string;
  why: 'kind' | 'size';
}

/** An entry holds 1 MiB, in base64. */
const BYTES_MAX = 700_000;
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);
/** Models see no finer. */
const PICTURE_SIDE_MAX = 1_568;
const PICTURE_QUALITY = 0.85;

export async function readAttachments(files: readonly File[]): Promise<{ read: Attachment[]; refused: Refusal[] }> {
  const results = await Promise.all(files.map(readAttachment));
  return {
    read: results.filter((result) => 'part' in result),
    refused: results.filter((result) => 'why' in result),
  };
}

/** The names that one of these models does not take. */
export function findUntaken(attachments: readonly Attachment[], models: readonly (Model | undefined)[]): string[] {
  const untaken = ({ needs }: Attachment): boolean => needs !== null && models.some((model) => !takes(model, needs));
  return attachments.filter(untaken).map(({ name }) => name);
}

export function isTooMuch(attachments: readonly Attachment[]): boolean {
  return attachments.reduce((sum, { bytes }) => sum + bytes, 0) > BYTES_MAX;
}

async function readAttachment(file: File): Promise<Attachment | Refusal> {
  const { name } = file;
  if (PICTURES.has(file.type)) return readPicture(file);
  if (file.size > BYTES_MAX) return { name, why: 'size' };
  if (file.type === 'application/pdf') {
    const data = await toDataUrl(file);
    return { name, bytes: file.size, needs: 'files', part: toFile(name, data, file.type) };
  }
  if (!(await isText(file))) return { name, why: 'kind' };
  const data = await toDataUrl(new Blob([file], { type: 'text/plain' }));
  return { name, bytes: file.size, needs: null, part: toFile(name, data, 'text/plain') };
}

function toFile(filename: string, data: string, mediaType: string): Part {
  return { type: 'file', filename, data, mediaType };
}

/** A picture that is too large is made smaller, as a model would. */
async function readPicture(file: File): Promise<Attachment | Refusal> {
  const { name } = file;
  const small = file.size > BYTES_MAX ? await shrinkPicture(file).catch(() => null) : file;
  if (small === null || small.size > BYTES_MAX) return { name, why: 'size' };
  return { name, bytes: small.size, needs: 'images', part: { type: 'image', url: await toDataUrl(small) } };
}

async function shrinkPicture(file: File): Promise<Blob | null> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, PICTURE_SIDE_MAX / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', PICTURE_QUALITY));
}

/** By what stands in it: browsers name the types of few text files. */
async function isText(file: File): Promise<boolean> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return !text.includes('\u0000');
  } catch {
    return false;
  }
}

function toDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('unreadable')));
    reader.readAsDataURL(blob);
  });
}
