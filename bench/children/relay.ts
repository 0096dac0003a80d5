import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openBody } from '../../src/genesys/conversations-messaging/bodies';
import { serve } from '../support/ipc';
import { BareUpstream } from '../support/upstream';
import type { Simulators } from './simulators';

export interface RelayCommands {
  /** Starts listening; returns the address for openings. */
  start: { input: Simulators; output: string };
  /** CPU time of this process so far, in microseconds. */
  cpu: { input: undefined; output: number };
}

interface Asked {
  readonly queueId: string;
  readonly name: string;
  readonly locale: string;
  readonly capabilities: readonly string[];
  readonly durationLimit: number;
}

serve<RelayCommands>({
  start: listen,
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});

/** The baseline: a server that makes the upstream call of an opening, and does nothing else. */
async function listen(simulators: Simulators): Promise<string> {
  const upstream = await BareUpstream.logIn(simulators);
  const server = createServer((incoming, response) => {
    void open(upstream, incoming).then(({ status, text }) => {
      response.writeHead(status === 200 ? 201 : 502, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function open(
  upstream: BareUpstream,
  incoming: IncomingMessage,
): Promise<{ status: number; text: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const asked = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked;
  const body = openBody({
    ...asked,
    conversationId: randomUUID(),
    guestToken: `jwt_${randomBytes(16).toString('hex')}`,
    createdAt: Date.now(),
  });
  return upstream.send('POST', '', body);
}
