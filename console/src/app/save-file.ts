/** Saves what the server streams, of any size: the browser writes it to the disk as it comes. */
import { toAddress } from '#api';

export function saveFile(path: string, query: object): void {
  const link = document.createElement('a');
  link.href = toAddress(path, query);
  link.download = '';
  link.click();
}
