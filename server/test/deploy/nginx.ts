/** The shipped nginx configuration under a real nginx, on free ports and in a temp folder. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { request as openRequest, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { findEngine, freePort, startEngine, type EngineRig } from '../rigs/engine-process.ts';

const SHIPPED = join(import.meta.dirname, '../../../deploy/nginx/reeve.conf');

export interface NginxOptions {
  /** Who stands for `reeve-gateway` and `reeve-control`. */
  gatewayPort: number;
  controlPort?: number;
  /** Changes of the shipped text; each must find something. */
  changes?: readonly [from: string | RegExp, to: string][];
}

export interface NginxRig extends EngineRig {
  /** `https://localhost:…` */
  url: string;
  plainPort: number;
  /** The certificate's own, for whoever checks it. */
  caPath: string;
  /** Sends a request and gives the head of the answer. */
  open(options: RequestOptions, body?: string | Buffer): Promise<IncomingMessage>;
}

/** Starts nginx with the shipped file. Throws where nginx is missing or does not take the file. */
export async function startNginx(options: NginxOptions): Promise<NginxRig> {
  const plainPort = await freePort();
  const binary = findEngine('nginx');
  const rig = await startEngine({
    name: 'nginx',
    binary,
    args(port, folder) {
      // Run by root, its workers are somebody else and still need the folder.
      chmodSync(folder, 0o755);
      makeCertificate(folder);
      writeFileSync(join(folder, 'nginx.conf'), place(options, { port, plainPort, folder }));
      execFileSync(binary, ['-t', '-q', '-c', join(folder, 'nginx.conf')], { stdio: 'pipe' });
      return ['-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
    },
    isReady: async (port) => {
      const answer = await send({ port, folder: null }, { path: '/metrics' });
      answer.resume();
      return answer.statusCode === 404;
    },
  });
  const { port, folder } = rig;
  return Object.assign(rig, {
    url: `https://localhost:${port}`,
    plainPort,
    caPath: join(folder, 'cert.pem'),
    open: (request: RequestOptions, body?: string | Buffer) => send({ port, folder }, request, body),
  });
}

/** The file with this machine's ports and paths in place of a container's. */
function place(
  options: NginxOptions,
  { port, plainPort, folder }: Record<'port' | 'plainPort', number> & { folder: string },
): string {
  const { gatewayPort, controlPort = gatewayPort, changes = [] } = options;
  const moved: [RegExp | string, string][] = [
    [/ \/tmp\//g, ` ${folder}/`],
    [/ +listen \[::\]:.*\n/g, ''],
    ['listen 8443', `listen 127.0.0.1:${port}`],
    ['listen 8080', `listen 127.0.0.1:${plainPort}`],
    ['reeve-gateway:7337', `127.0.0.1:${gatewayPort}`],
    ['reeve-control:7337', `127.0.0.1:${controlPort}`],
    [/\/run\/secrets\/tls_cert/g, join(folder, 'cert.pem')],
    [/\/run\/secrets\/tls_key/g, join(folder, 'key.pem')],
    [/worker_rlimit_nofile \d+;|worker_processes auto;/g, ''],
    ['worker_connections 16384', 'worker_connections 256'],
    [/access_log \S+/, `access_log ${folder}/access.log`],
  ];
  return [...moved, ...changes].reduce(
    (before, [from, to]) => {
      const after = typeof from === 'string' ? before.replaceAll(from, to) : before.replace(from, to);
      if (after === before) throw new Error(`deploy/nginx/reeve.conf has no ${String(from)}`);
      return after;
    },
    readFileSync(SHIPPED, 'utf8'),
  );
}

function makeCertificate(folder: string): void {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', certificate, ...names], { stdio: 'pipe' });
}

function send(
  { port, folder }: { port: number; folder: string | null },
  options: RequestOptions,
  body?: string | Buffer,
): Promise<IncomingMessage> {
  const trust = folder === null ? { rejectUnauthorized: false } : { ca: readFileSync(join(folder, 'cert.pem')) };
  return new Promise((resolve, reject) => {
    const request = openRequest({ host: 'localhost', port, agent: false, ...trust, ...options }, resolve);
    request.on('error', reject);
    request.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(answer);
    });
    request.end(body);
  });
}
