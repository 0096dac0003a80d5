import { createHmac } from 'node:crypto';
import { Pool } from 'undici';
import type { SimulatorCommands } from './children/simulators';
import type { MeasuredDatabase } from './support/databases';
import { BENCH_INTEGRATION } from './support/integration';
import { atRate } from './support/load';
import { runConcurrently } from './support/run-concurrently';
import { quantile } from './support/statistics';
import { startService, type Subject } from './support/subjects';
import { heading, number, percent, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

const PER_SECOND = 200;
/** Share of the webhooks that are sent again, as the platform does after a lost answer. */
const REPEATED_EACH = 20;
const CONNECTIONS = 64;
const OPENED_AT_A_TIME = 16;
const CREATED = 201;
const TAKEN = 204;

interface Size {
  readonly sessions: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

const FULL: Size = { sessions: 500, warmUpSeconds: 5, seconds: 30 };
const QUICK: Size = { sessions: 50, warmUpSeconds: 1, seconds: 2 };

/** Measures webhooks of Open Messaging at a constant rate: each is signed, stored once, and acknowledged by a receipt. */
export async function measureWebhooks(
  workspace: Workspace,
  quick: boolean,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  const size = quick ? QUICK : FULL;
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const addresses = await simulators.ask('start', undefined);
  const rows: string[][] = [];
  for (const { name, server } of databases) {
    await simulators.ask('reset', undefined);
    const service = await startService(workspace, addresses, server);
    rows.push([name, ...(await measure(service, size))]);
    await service.discard();
  }
  await workspace.discard(simulators);
  return [
    heading(`Webhooks of Open Messaging: ${PER_SECOND} a second for ${size.seconds} s`),
    `${number(size.sessions)} sessions; one of ${REPEATED_EACH} webhooks is a repetition. Latencies count from the time at which a webhook was due`,
    'until it is answered, which is after its message is durable. A receipt goes to the platform for each.',
    '',
    tableOf(['database', '204', 'p50 ms', 'p99 ms', 'worst ms', 'CPU %', 'loop p99 ms'], rows),
  ].join('\n');
}

async function measure(service: Subject, { sessions, warmUpSeconds, seconds }: Size): Promise<string[]> {
  const client = new PlatformClient(new URL(service.address).origin);
  await runConcurrently(sessions, OPENED_AT_A_TIME, (index) => client.open(guestOf(index)));
  await client.pace(warmUpSeconds * PER_SECOND, sessions, 'warm-up');
  await service.loopDelayP99Ms();
  const cpuBefore = await service.cpuMicros();
  const startedAt = performance.now();
  const { latencies, taken } = await client.pace(seconds * PER_SECOND, sessions, 'measured');
  const loopDelay = await service.loopDelayP99Ms();
  const elapsedMicros = (performance.now() - startedAt) * 1000;
  const cpuShare = ((await service.cpuMicros()) - cpuBefore) / elapsedMicros;
  await client.close();
  return [
    percent(taken / latencies.length, 1),
    ...[0.5, 0.99, 1].map((share) => number(quantile(latencies, share), 1)),
    number(cpuShare * 100),
    number(loopDelay, 1),
  ];
}

function guestOf(index: number): string {
  return `guest-${index}`;
}

/** The caller that opens sessions, and the platform that delivers messages to them. */
class PlatformClient {
  private readonly pool: Pool;

  constructor(origin: string) {
    this.pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  }

  /** Throws when the session is not opened. */
  async open(guestId: string): Promise<void> {
    const request = { queueId: 'queue-1', channel: 'open-messaging', text: 'Hello', guestId };
    const status = await this.post('/v1/sessions', JSON.stringify(request));
    if (status !== CREATED) throw new Error(`An opening was answered with ${status}.`);
  }

  /** Sends webhooks at the rate, however slowly they are answered. */
  async pace(
    count: number,
    guests: number,
    series: string,
  ): Promise<{ latencies: Float64Array; taken: number }> {
    const latencies = new Float64Array(count);
    let taken = 0;
    await atRate(count, PER_SECOND, async (index, dueAt) => {
      const message = index % REPEATED_EACH === 0 ? Math.max(0, index - 1) : index;
      const status = await this.deliver(`${series}-${message}`, guestOf(message % guests));
      latencies[index] = performance.now() - dueAt;
      if (status === TAKEN) taken += 1;
    });
    return { latencies, taken };
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private deliver(id: string, guestId: string): Promise<number> {
    const { id: integrationId, secret } = BENCH_INTEGRATION;
    const channel = {
      id: integrationId,
      to: { id: guestId },
      from: { nickname: 'Agent' },
      time: new Date().toISOString(),
    };
    const body = JSON.stringify({
      id,
      channel,
      type: 'Text',
      text: 'How can I help?',
      direction: 'Outbound',
    });
    const signature = createHmac('sha256', secret).update(body).digest('base64');
    return this.post(`/v1/genesys/open-messaging/${integrationId}`, body, {
      'x-hub-signature-256': `sha256=${signature}`,
    });
  }

  private async post(path: string, body: string, headers: Record<string, string> = {}): Promise<number> {
    const answer = await this.pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    await answer.body.dump();
    return answer.statusCode;
  }
}
