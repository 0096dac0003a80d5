import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** A request that an open page repeats. */
interface Poll {
  readonly everyMs: number;
  readonly path: (now: number) => string;
}

const OK = 200;
const HOUR_MS = 3_600_000;
const EVERY_MS = 15_000;
const MINUTE_MS = 60_000;
/** Browsers and load balancers keep idle connections for longer than an interval. */
const KEEP_ALIVE_MS = 60_000;

const STATISTICS: Poll = {
  everyMs: MINUTE_MS,
  path: (now) => {
    const span = { from: new Date(now - HOUR_MS).toISOString(), to: new Date(now).toISOString() };
    return `/v1/statistics?${new URLSearchParams(span).toString()}`;
  },
};

const every = (path: string, everyMs = EVERY_MS): Poll => ({ everyMs, path: () => path });

/** The requests of each page at its intervals, as `console/src` has them. */
const PAGES = {
  overview: [
    STATISTICS,
    every('/v1/limits'),
    every('/v1/sinks'),
    every('/v1/replicas', MINUTE_MS / 2),
    every('/v1/webhooks?limit=200', MINUTE_MS),
  ],
  sessions: [every('/v1/sessions?limit=50')],
  deliveries: [every('/v1/deliveries?limit=50')],
} as const satisfies Readonly<Record<string, readonly Poll[]>>;

export type ConsolePage = keyof typeof PAGES;

/** Open pages of the console in as many browsers, on the replicas in turn as a load balancer distributes requests. */
export class ConsoleTabs {
  private readonly agent = new Agent({ keepAliveTimeout: KEEP_ALIVE_MS });
  private readonly stopping = new AbortController();
  private readonly polling: Promise<unknown>;
  private sent = 0;

  constructor(
    private readonly origins: readonly string[],
    private readonly cookie: string,
    pages: readonly ConsolePage[],
    /** How much faster than in reality time passes for the pages. */
    private readonly speed = 1,
  ) {
    // Each poll waits for it.
    setMaxListeners(0, this.stopping.signal);
    const polls = pages.flatMap((page, index) =>
      PAGES[page].map((poll) => this.poll(poll, index / pages.length)),
    );
    this.polling = Promise.all(polls);
    // `close` reports the failure.
    this.polling.catch(() => undefined);
  }

  /** Number of requests so far. */
  get requests(): number {
    return this.sent;
  }

  /** Rejects with the first failure of a request. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.polling;
    await this.agent.close();
  }

  /** The pages were opened at different times: `phase` is their share of an interval. */
  private async poll({ everyMs, path }: Poll, phase: number): Promise<void> {
    const { signal } = this.stopping;
    const intervalMs = everyMs / this.speed;
    await pause(phase * intervalMs, signal);
    while (!signal.aborted) {
      await this.read(path(Date.now()));
      await pause(intervalMs, signal);
    }
  }

  private async read(path: string): Promise<void> {
    const origin = this.origins[this.sent % this.origins.length] ?? '';
    this.sent += 1;
    const { statusCode, body } = await request(origin + path, {
      dispatcher: this.agent,
      headers: {
        cookie: this.cookie,
        'sec-fetch-site': 'same-origin',
        'accept-encoding': 'gzip, deflate, br',
      },
    });
    if (statusCode !== OK) throw new Error(`${path} was answered with ${statusCode}: ${await body.text()}`);
    await body.dump();
  }
}

/** Ends early, without an error, when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
