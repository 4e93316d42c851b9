import { describe, expect, it } from 'vitest';
import { hideSecrets } from './hide-secrets.ts';

describe('hideSecrets', () => {
  it.each([
    ['postgres://reeve:hunter2@db.example:5432/reeve?sslmode=require', 'postgres://db.example:5432/reeve'],
    ['nats://user:hunter2@n1:4222,n2:4222?replicas=3', 'nats://n1:4222,n2:4222'],
    ['redis://:hunter2@cache:6379/0', 'redis://cache:6379/0'],
    ['s3+https://key:hunter2@s3.example/bucket?region=eu', 's3+https://s3.example/bucket'],
    ['https://:hunter2@vault.example:8200?kv=secret', 'https://vault.example:8200'],
    ['postgres://u:p@[::1]:5432/reeve', 'postgres://[::1]:5432/reeve'],
    ['http://127.0.0.1:4318', 'http://127.0.0.1:4318'],
    ['', ''],
    ['https://api.example/openai/v1beta', 'https://api.example/openai/v1beta'],
    ['https://gateway.example/v1/3f9c2ab17d/openai', 'https://gateway.example/v1/…/openai'],
    ['https://gateway.example/sk-live-Hunter/v1/', 'https://gateway.example/…/v1/'],
    ['https://gateway.example/v1hunter2/v1', 'https://gateway.example/…/v1'],
    ['https://gateway.example/%68unter', 'https://gateway.example/…'],
    ['https://gateway.example/correcthorsebatterystaple', 'https://gateway.example/…'],
  ])('%s', (url, shown) => expect(hideSecrets(url)).toBe(shown));

  it.each([
    'postgres://u:hun/ter2@host/db',
    'postgres://u:hun?ter2@host/db',
    'postgres://u:hun#ter2@host/db',
    'postgres://u:hun@ter2@host/db',
    'postgres://u:hunter2',
    'redis://u:hunter2?x=@y',
    'hunter2',
    '',
  ])('shows nothing of a password that was not encoded: %s', (url) => {
    const shown = hideSecrets(url);
    for (const part of ['hun', 'ter2', 'u:']) expect(shown).not.toContain(part);
  });
});
