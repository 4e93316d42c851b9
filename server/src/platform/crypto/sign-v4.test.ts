import { describe, expect, it } from 'vitest';
import { encodeStrictly, presignV4, signV4, type SignableRequest } from './port.ts';

/** Requests and signatures of the published AWS Signature Version 4 test suite. */
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const scope = { region: 'us-east-1', service: 'service', atMs: Date.UTC(2015, 7, 30, 12, 36, 0) };
const vanilla: SignableRequest = {
  method: 'GET',
  path: '/',
  query: '',
  headers: { host: 'example.amazonaws.com' },
  body: '',
};
const SESSION_TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

describe('signatures of the test suite', () => {
  it.each<[string, Partial<SignableRequest>, string, string]>([
    ['get-vanilla', {}, 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'post-vanilla',
      { method: 'POST' },
      'host;x-amz-date',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'get-vanilla-query-order-key-case',
      { query: 'Param2=value2&Param1=value1' },
      'host;x-amz-date',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-utf8',
      { path: '/\u1234' },
      'host;x-amz-date',
      '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    ],
    [
      'get-header-value-trim',
      { headers: { ...vanilla.headers, 'my-header1': ' value1', 'my-header2': '"a   b   c"' } },
      'host;my-header1;my-header2;x-amz-date',
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    ],
    [
      'post-x-www-form-urlencoded',
      {
        method: 'POST',
        headers: { ...vanilla.headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Param1=value1',
      },
      'content-type;host;x-amz-date',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('%s', (_name, request, signed, signature) => {
    expect(signV4({ ...vanilla, ...request }, keys, scope)).toEqual({
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        `SignedHeaders=${signed}, Signature=${signature}`,
    });
  });

  it('post-sts-header-before: the token of temporary keys is sent and signed', () => {
    const headers = signV4({ ...vanilla, method: 'POST' }, { ...keys, sessionToken: SESSION_TOKEN }, scope);
    expect(headers['x-amz-security-token']).toBe(SESSION_TOKEN);
    expect(headers.authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
    expect(headers.authorization).toMatch(
      /Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead$/,
    );
  });
});

it('changes with each thing that is signed', () => {
  const base: SignableRequest = { ...vanilla, method: 'POST', path: '/model/a%3A0/converse', body: '{}' };
  const signatures = [
    signV4(base, keys, scope),
    signV4({ ...base, path: '/model/a:0/converse' }, keys, scope),
    signV4({ ...base, body: '{ }' }, keys, scope),
    signV4({ ...base, headers: { host: 'other.amazonaws.com' } }, keys, scope),
    signV4(base, { ...keys, secretAccessKey: 'other' }, scope),
    signV4(base, keys, { ...scope, region: 'eu-central-1' }),
    signV4(base, keys, { ...scope, atMs: scope.atMs + 86_400_000 }),
  ].map(({ authorization = '' }) => authorization.slice(authorization.indexOf('Signature=')));
  expect(new Set(signatures).size).toBe(signatures.length);
});

it('encodes what stands in names of models', () => {
  expect(encodeStrictly("arn:aws:bedrock:eu-central-1:1:inference-profile/eu.a.b-v1:0 (x)'*!")).toBe(
    'arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Feu.a.b-v1%3A0%20%28x%29%27%2A%21',
  );
});

/** Requests and signatures of the examples in the S3 API reference. */
describe('signatures for S3', () => {
  const owner = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const s3 = { region: 'us-east-1', service: 's3', atMs: Date.UTC(2013, 4, 24) };
  const host = 'examplebucket.s3.amazonaws.com';

  it('signs a GET with a range', () => {
    const request = { method: 'GET', path: '/test.txt', query: '', headers: { host, range: 'bytes=0-9' }, body: '' };
    expect(signV4(request, owner, s3)).toEqual({
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
        'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    });
  });

  it('signs a PUT whose path is encoded once', () => {
    const headers = { host, date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' };
    const body = 'Welcome to Amazon S3.';
    const { authorization } = signV4({ method: 'PUT', path: '/test%24file.text', query: '', headers, body }, owner, s3);
    expect(authorization).toContain('Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd');
  });

  it('signs a URL for a day', () => {
    const query = presignV4({ method: 'GET', path: '/test.txt', query: '', headers: { host } }, owner, s3, 86_400);
    expect(query).toBe(
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
        '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
        '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });
});
