// Whether this container has started and its process still answers. It asks /startupz and not /readyz: a database that is
// away is no reason to end every process that waits for it, and a start that never gets there still fails a rollout.
import { request as plain } from 'node:http';
import { request as encrypted } from 'node:https';

const { REEVE_PORT: port, REEVE_TLS_CERT: certificate } = process.env;
const send = certificate ? encrypted : plain;
// The certificate names the public host, and this is the same container.
const options = { host: '127.0.0.1', port, path: '/startupz', timeout: 4000, rejectUnauthorized: false };

const request = send(options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
request.on('timeout', () => request.destroy(new Error('no answer within 4 s')));
request.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
request.end();
