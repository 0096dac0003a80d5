import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The body of an opening as the load sends it. */
export interface Asked {
  readonly queueId: string;
  readonly name: string;
  readonly locale: string;
  readonly capabilities: readonly string[];
  readonly durationLimit: number;
}

/** The answer of Genesys Cloud, which a relay passes on. */
export interface Relayed {
  readonly status: number;
  readonly text: string;
  /** Runs once the answer has been sent. */
  readonly afterwards?: () => Promise<void>;
}

/** Listens for openings on a free port and returns its address. A failure ends the process. */
export async function listenForOpenings(open: (asked: Asked) => Promise<Relayed>): Promise<string> {
  const server = createServer((incoming, response) => {
    void respond(open, incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function respond(
  open: (asked: Asked) => Promise<Relayed>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { status, text, afterwards } = await open(
    JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked,
  );
  response.writeHead(status === 200 ? 201 : 502, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
  await afterwards?.();
}
