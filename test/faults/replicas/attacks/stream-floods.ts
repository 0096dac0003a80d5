import { bearer } from '../../../support/callers';
import { headOf } from '../../../support/raw-http';
import type { Attack, AttackPlan } from './attack';
import { type AttackFigures, AttackTally } from './attack-tally';
import { atPace, turnOf } from './pace';
import { PlainClient } from './plain-client';
import { exchange } from './raw-exchange';

/** One HEAD request should not cost more than any other refusal or short answer. */
const HEADS = { perSecond: 20, atMost: 40 };
/** A browser that reloads: it starts a stream and disconnects. */
const HANG_UPS = { perSecond: 10, atMost: 40 };
const HANG_UP_AFTER_MS = 20;
/** The maximum number of streams of one process on a single connection: only the first can be answered. */
const PIPELINES = { perSecond: 0.2, atMost: 2 };
const PIPELINED = 100;
const PIPELINE_HELD_MS = 5_000;
/** Clients that never read; each stays until the service disconnects it. */
const DEAF = { perSecond: 1, atMost: 5 };
const DEAF_HELD_MS = 120_000;

/**
 * Attacks the promise that a stream holds its place only while its client is connected: floods of HEAD, streams that
 * end immediately, a hundred of them on one connection, and clients that never read.
 */
export class StreamFloods implements Attack {
  readonly name = 'stream-floods';

  constructor(private readonly plan: AttackPlan) {}

  async run(signal: AbortSignal): Promise<AttackFigures> {
    const { replicas, keys, canaries } = this.plan;
    const tally = new AttackTally(this.name, canaries);
    await using client = new PlainClient(tally, signal);
    const headers = bearer(keys.streams);
    const stream = headOf('GET', '/v1/events', headers);
    // The hoarder opens and ends sessions of its own, so that there are events for the client that never reads.
    const eventful = headOf('GET', '/v1/events', { ...bearer(keys.hoarder), 'last-event-id': '0' });
    const open = (url: string, bytes: string, holdMs: number): Promise<unknown> =>
      exchange({ url, bytes, holdMs }, tally, signal);
    await Promise.all([
      atPace(HEADS, signal, async (index) => {
        await client.ask(turnOf(replicas, index), { method: 'HEAD', path: '/v1/events', headers });
      }),
      atPace(HANG_UPS, signal, async (index) => {
        await open(turnOf(replicas, index), stream, index % 3 === 0 ? 0 : HANG_UP_AFTER_MS);
      }),
      atPace(PIPELINES, signal, async (index) => {
        const bytes = stream.repeat(PIPELINED);
        const url = turnOf(replicas, index);
        await exchange({ url, bytes, requests: PIPELINED, holdMs: PIPELINE_HELD_MS }, tally, signal);
      }),
      atPace(DEAF, signal, async (index) => {
        const url = turnOf(replicas, index);
        await exchange({ url, bytes: eventful, holdMs: DEAF_HELD_MS, isDeaf: true }, tally, signal);
      }),
    ]);
    return tally.figures;
  }
}
