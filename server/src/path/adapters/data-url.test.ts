import { describe, expect, it } from 'vitest';
import { isBase64, makeDataUrl, readDataUrl } from './data-url.ts';

describe('a data: URL', () => {
  it.each([
    ['data:image/png;base64,iVBORw==', { mediaType: 'image/png', base64: 'iVBORw==' }],
    ['DATA:Image/PNG;BASE64,iVBORw', { mediaType: 'image/png', base64: 'iVBORw' }],
    ['data:text/plain;charset=utf-8;base64,aGk=', { mediaType: 'text/plain', base64: 'aGk=' }],
    ['data:text/csv,a%2Cb', { mediaType: 'text/csv', base64: 'YSxi' }],
    ['data:,hi', { mediaType: 'text/plain', base64: 'aGk=' }],
  ])('%j is read', (url, expected) => {
    expect(readDataUrl(url)).toEqual(expected);
  });

  it.each([
    '',
    'data:',
    'data:image/png;base64',
    'data:image/png;base64,',
    'data:a/b;base64,%%',
    'data:,%',
    'http://a,b',
  ])('%j is none', (url) => {
    expect(readDataUrl(url)).toBeNull();
  });

  it('comes back as it was made', () => {
    const blob = { mediaType: 'image/webp', base64: 'AAECAw==' };
    expect(readDataUrl(makeDataUrl(blob))).toEqual(blob);
  });
});

it('knows base64 from other text', () => {
  expect(['AA', 'AA==', 'a+/9'].every(isBase64)).toBe(true);
  expect(['', 'A-_', 'AA===', 'A A'].some(isBase64)).toBe(false);
});
