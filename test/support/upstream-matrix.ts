import { World } from '../../src/world';
import type { Fault } from '../../src/simulator/fault';
import { ApiClient } from './api-client';
import { auditTrailOf } from './audit-trail';
import { LogCapture } from './log-capture';
import { until } from './until';

const MESSAGING = '/api/v2/conversations/messaging';
export const TOKEN = '/oauth/token';
export const OPENING = { method: 'POST', path: `^${MESSAGING}$` };
/** A marker in the body of every upstream refusal: it must not reach a caller. */
export const LEAK = 'text-from-upstream';

/**
 * More bytes than the limit of an inflated answer. It is small for a bomb: the simulator has to deflate it before the
 * time-out while other rows keep this process busy.
 */
export const GZIP_BOMB = { kind: 'gzip-bomb', bytes: 2_000_000 } as const;

/** Values by label, of a counter with one label. */
export type Counts = Readonly<Record<string, number>>;

export interface Arrivals {
  readonly posts: number;
  readonly beats: number;
  readonly disconnects: number;
  readonly tokens: number;
}

/** A status with a body that must not leak. */
export function status(code: number, retryAfter?: string | number): Fault {
  const hint = retryAfter === undefined ? {} : { retryAfter };
  return { kind: 'status', status: code, body: { message: LEAK }, ...hint };
}

export function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toUTCString();
}

/** Faults that end in a time-out, for which it is short. */
const ENDING_IN_TIMEOUT: ReadonlySet<Fault['kind']> = new Set([
  'black-hole',
  'hang-before-headers',
  'hang-after-headers',
  'trickle',
] as const);

const LONG_TIMEOUTS = { UPSTREAM_TIMEOUT_MS: '10000', SESSION_OPEN_DEADLINE_MS: '30000' };

/**
 * A world for one row of the matrix: its counters begin at zero, and a client that a 429 has closed or an open
 * circuit does not affect other rows. Time-outs are short, beats (if enabled) are every 100 ms.
 */
export class MatrixWorld implements AsyncDisposable {
  private constructor(
    readonly world: World,
    readonly api: ApiClient,
  ) {}

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<MatrixWorld> {
    const world = await World.start({
      logOutput: new LogCapture(),
      environment: {
        UPSTREAM_TIMEOUT_MS: '1000',
        // The simulator's limit: a bucket that grows with its first answer starts almost empty.
        GENESYS_REQUESTS_PER_MINUTE: '1000000',
        UPSTREAM_BREAKER_MIN_RPS: '1000000',
        SESSION_OPEN_DEADLINE_MS: '4500',
        // The first beat is at a random time in the interval: in a day, none occurs during the test.
        HEARTBEAT_MAX_INTERVAL_MS: '86400000',
        HEARTBEAT_MIN_INTERVAL_MS: '86400000',
        LOG_LEVEL: 'error',
        // The rows cover the first token request, too.
        GENESYS_SIGN_IN_AT_START: 'false',
        ...environment,
      },
    });
    return new MatrixWorld(world, new ApiClient(world.url));
  }

  /** Uses time-outs that are long enough for a busy machine, if the fault does not end in one. */
  static startFor({ kind }: Fault): Promise<MatrixWorld> {
    return MatrixWorld.start(ENDING_IN_TIMEOUT.has(kind) ? {} : LONG_TIMEOUTS);
  }

  /** The session opens before its beats meet the fault, which takes longer on a busy machine. */
  static beating(fault?: Fault): Promise<MatrixWorld> {
    const endsInTimeout = fault !== undefined && ENDING_IN_TIMEOUT.has(fault.kind);
    return MatrixWorld.start({
      HEARTBEAT_MAX_INTERVAL_MS: '100',
      HEARTBEAT_MIN_INTERVAL_MS: '100',
      ...LONG_TIMEOUTS,
      ...(endsInTimeout ? { UPSTREAM_TIMEOUT_MS: '3000' } : {}),
    });
  }

  /** Returns the requests at the simulator by kind. */
  get arrivals(): Arrivals {
    const { requests } = this.world.genesys;
    const patches = requests.find({ method: 'PATCH' });
    const beats = patches.filter(({ body }) => JSON.stringify(body).includes('heartbeatSequence')).length;
    return {
      posts: requests.count({ method: 'POST', path: MESSAGING }),
      beats,
      disconnects: patches.length - beats,
      tokens: requests.count({ path: TOKEN }),
    };
  }

  get created(): Promise<Counts> {
    return this.counts('sessions_created_total');
  }

  get heartbeats(): Promise<Counts> {
    return this.counts('heartbeats_total');
  }

  get disconnects(): Promise<Counts> {
    return this.counts('upstream_disconnects_total');
  }

  async slotsInUse(): Promise<number> {
    return Number(/^guest_sessions_session_slots_in_use (\d+)$/m.exec(await this.page())?.[1]);
  }

  /** Returns the session in the API; by default the newest one. */
  async session(conversationId?: string): Promise<Readonly<Record<string, unknown>>> {
    if (conversationId !== undefined) return (await this.api.get(conversationId)).body;
    const { items } = (await this.api.list('?limit=1')).body as { items: Record<string, unknown>[] };
    return items[0] ?? {};
  }

  /** Returns the sessions' audit records: actions, each with its error or its upstream result, if present. */
  async audit(conversationId?: string): Promise<string[]> {
    const trail = await auditTrailOf(this.world, conversationId);
    return trail
      .filter(({ action }) => action.startsWith('SESSION_') && action !== 'SESSION_END_REQUESTED')
      .map(({ action, detail }) =>
        [action, detail['error'] ?? detail['upstream']].filter((part) => typeof part === 'string').join(' '),
      );
  }

  /** Returns the number of requests that the simulator's faults have spoiled. */
  get spoiled(): number {
    return this.world.genesys.faults.list().reduce((sum, { applied }) => sum + applied, 0);
  }

  spoil(kind: 'heartbeatSequence' | '"disconnected"', fault: Fault, times?: number): void {
    const match = { method: 'PATCH', bodyContains: kind };
    this.world.genesys.faults.add({ match, fault, ...(times === undefined ? {} : { times }) });
  }

  /** Waits until the counter has at least this value for this label. */
  async counted(counter: 'heartbeats' | 'disconnects', label: string, times = 1): Promise<void> {
    await until(async () => ((await this[counter])[label] ?? 0) >= times);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }

  private async counts(name: string): Promise<Counts> {
    const line = new RegExp(`^guest_sessions_${name}\\{[a-z]+="([^"]+)"\\} (\\d+)$`, 'gm');
    const found = [...(await this.page()).matchAll(line)];
    return Object.fromEntries(found.map(([, label = '', value]) => [label, Number(value)]));
  }

  private async page(): Promise<string> {
    return String((await this.api.request('GET', '/metrics')).body['text']);
  }
}
