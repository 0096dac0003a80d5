import { randomUUID } from 'node:crypto';
import { bearer } from '../../../support/callers';
import { headOf } from '../../../support/raw-http';
import type { Attack, AttackPlan } from './attack';
import { type AttackFigures, AttackTally } from './attack-tally';
import { atPace, turnOf } from './pace';
import { PlainClient } from './plain-client';
import { exchange } from './raw-exchange';

/** Early refusals: five of each a second are negligible for the service. */
const CHEAP = { perSecond: 10, atMost: 40 };
const RESUMED_STREAMS = { perSecond: 5, atMost: 40 };
const RESUMED_FOR_MS = 100;
/** Each reads a part of a table that grows with the load. */
const FILTERS = { perSecond: 4, atMost: 20 };
/** Four concurrent exports of the whole trail. */
const EXPORTS = { perSecond: 0.5, atMost: 4 };
const EXPORTS_AT_ONCE = 2;
const MOST_OF_A_QUERY = 15_000;

const FORGED_CURSORS: readonly unknown[][] = [
  [],
  [null, null, null, null],
  ['*', Number.MAX_SAFE_INTEGER, "' or 1=1; drop table session; --"],
  ['deliveries', '*', '*', '*', Number.MAX_SAFE_INTEGER, `crm.${randomUUID()}`],
  ['deliveries', '*', '*', '*', -1, 'crm.\u0000'],
  ['*', 1e308, randomUUID()],
  Array.from({ length: 120 }, () => []),
];

const STRANGE_IDS = [
  '%00',
  `${randomUUID()}%00`,
  '%0d%0aset-cookie:%20a=b',
  '%F0%9F%92%A9',
  "'%20or%201=1--",
  'a'.repeat(8_000),
];
const EVENT_IDS = ['0', '1', '-1', '9007199254740991', '9'.repeat(400), 'nonsense', "' or 1=1--"];

/**
 * Attacks the promise that a reader uses up only its own share: forged cursors, invalid ids, resumed streams, long
 * queries, concurrent exports of the audit trail, and the most expensive filters.
 */
export class ExpensiveReads implements Attack {
  readonly name = 'expensive-reads';

  constructor(private readonly plan: AttackPlan) {}

  async run(signal: AbortSignal): Promise<AttackFigures> {
    const { replicas, keys, canaries } = this.plan;
    const tally = new AttackTally(this.name, canaries);
    await using client = new PlainClient(tally, signal);
    const headers = bearer(keys.reader);
    const get = async (index: number, path: string): Promise<void> => {
      const status = await client.ask(turnOf(replicas, index), { path, headers });
      if (status === 500) tally.found(`${path.slice(0, 100)} was answered with 500`);
    };
    const cheap = cheapPaths();
    const filtered = expensivePaths();
    await Promise.all([
      // The index grows after each round, so that each path is sent to each replica.
      atPace(CHEAP, signal, (index) => get(index + Math.floor(index / cheap.length), turnOf(cheap, index))),
      atPace(FILTERS, signal, (index) =>
        get(index + Math.floor(index / filtered.length), turnOf(filtered, index)),
      ),
      atPace(RESUMED_STREAMS, signal, async (index) => {
        const bytes = headOf('GET', '/v1/events', { ...headers, 'last-event-id': turnOf(EVENT_IDS, index) });
        await exchange({ url: turnOf(replicas, index), bytes, holdMs: RESUMED_FOR_MS }, tally, signal);
      }),
      atPace(EXPORTS, signal, async () => {
        await Promise.all(
          Array.from({ length: EXPORTS_AT_ONCE }, (_, index) => get(index, '/v1/audit/export')),
        );
      }),
    ]);
    return tally.figures;
  }
}

function cheapPaths(): string[] {
  const cursors = FORGED_CURSORS.map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'));
  return [
    ...['sessions', 'deliveries', 'audit'].flatMap((list) =>
      cursors.map((cursor) => `/v1/${list}?cursor=${cursor}`),
    ),
    ...STRANGE_IDS.flatMap((id) => [
      `/v1/sessions/${id}`,
      `/v1/sessions/${id}/events`,
      `/v1/deliveries/${id}`,
    ]),
    `/v1/sessions?${'a=1&'.repeat(MOST_OF_A_QUERY / 4)}`,
    `/v1/sessions?state=${'active,'.repeat(MOST_OF_A_QUERY / 7)}`,
    `/v1/events?types=${'message,'.repeat(MOST_OF_A_QUERY / 8)}`,
    `/v1/audit?actor=${'a'.repeat(MOST_OF_A_QUERY)}`,
    `/v1/audit?${'actor=a&'.repeat(MOST_OF_A_QUERY / 8)}`,
  ];
}

function expensivePaths(): string[] {
  return [
    '/v1/deliveries?limit=200&status=dead',
    '/v1/deliveries?limit=200&sink=crm&status=delivered',
    `/v1/deliveries?limit=200&conversationId=${randomUUID()}`,
    '/v1/audit?limit=200&actor=no-such-caller',
    '/v1/audit?limit=200&target=no-such-target&from=2000-01-01T00:00:00Z',
    '/v1/sessions?limit=200&state=terminated',
  ];
}
