/** The bench's upstream, in its own thread so that its work does not count: 1 KiB in, 2 KiB out, keep-alive. */
import { createServer } from 'node:http';
import { parentPort } from 'node:worker_threads';

const answer = Buffer.alloc(2048, 'a');

const server = createServer({ keepAlive: true, noDelay: true }, (request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  parentPort?.postMessage(typeof address === 'object' && address ? address.port : 0);
});
