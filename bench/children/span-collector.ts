import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../support/ipc';

export interface SpanCollectorCommands {
  /** Starts a collector that takes exports of traces and keeps none; returns its address. */
  start: { input: undefined; output: string };
  /** Number of bytes that it has taken so far. */
  bytes: { input: undefined; output: number };
}

let bytes = 0;

serve<SpanCollectorCommands>({
  start: async () => {
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  bytes: () => bytes,
});
