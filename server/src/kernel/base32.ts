import { CROCKFORD } from '@reeve/contracts';

/**
 * Bytes in Crockford's base 32, most significant first. `leadingZeros` bits stand before them (ids take two, so that 128
 * bits fill 26 characters); zeros behind fill the last character.
 */
export function encodeBase32(bytes: Uint8Array, leadingZeros = 0): string {
  let text = '';
  let pending = 0;
  let bits = leadingZeros;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += CROCKFORD.charAt((pending >>> bits) & 31);
    }
    pending &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + CROCKFORD.charAt((pending << (5 - bits)) & 31);
}
