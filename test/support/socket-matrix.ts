import { FEED_START } from '../../src/events/domain/feed-event';
import { EventFeed } from '../../src/events/ports/event-feed';
import type { Fault } from '../../src/simulator/fault';
import { DEMO_DEPLOYMENT_ID, type DeploymentOptions } from '../../src/simulator/web-messaging/deployment';
import type { AgentActions } from '../../src/simulator/web-messaging/agent-actions';
import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import type { SocketFault, SocketFaultMatch } from '../../src/simulator/web-messaging/socket-fault';
import { World } from '../../src/world';
import { type Answer, ApiClient } from './api-client';
import { LogCapture } from './log-capture';
import { waitFor } from './wait-for';

/** Counters of guest connections on the metrics page, with the label of each; zeros are left out. */
const COUNTERS =
  /^guest_sessions_((?:ws_closed|ws_refused|upstream_unknown|upstream_malformed|heartbeats|terminations|messages_sent|sessions_created|upstream_disconnects)_total)(?:\{[a-z]+="([^"]+)"\})? (\d+)$/gm;

const OURS = 'ws_closed_total ours';

/** A time-out for a busy machine. */
const OBSERVED_WITHIN_MS = 200_000;

/** The server's answer to a request that came too early. */
export function tooMany(retryAfter: number): SocketFault {
  const body = { retryAfter, errorCode: 4029, errorMessage: 'Rate too high for this session' };
  return { kind: 'answer', code: 429, class: 'TooManyRequestsErrorMessage', body };
}

/** All observable state of a session. */
export interface ObservedState {
  /** State, end reason and upstream disconnect, as far as present. */
  readonly session: string;
  /** The states that the CRM received. */
  readonly crm: readonly string[];
  /** The conversation's feed: states, and messages with their senders. */
  readonly feed: readonly string[];
  /** Counters as `name label`, without the prefix. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface SocketWorldOptions {
  readonly deployment?: DeploymentOptions;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A world for one row of the matrix, so that its counters begin at zero; it has no heartbeats by default. */
export class SocketWorld implements AsyncDisposable {
  private id = '';
  private closedWhileOpening = 0;

  private constructor(
    readonly world: World,
    readonly api: ApiClient,
  ) {}

  static async start({ deployment = {}, environment = {} }: SocketWorldOptions = {}): Promise<SocketWorld> {
    const world = await World.start({
      logOutput: new LogCapture(),
      webMessaging: true,
      genesys: { webMessaging: { deployments: [{ id: DEMO_DEPLOYMENT_ID, ...deployment }] } },
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        // A time-out for a busy machine.
        SESSION_OPEN_DEADLINE_MS: '120000',
        // The first beat is at a random time in the interval: in a day, none occurs during the test.
        HEARTBEAT_MAX_INTERVAL_MS: '86400000',
        HEARTBEAT_MIN_INTERVAL_MS: '86400000',
        LOG_LEVEL: 'error',
        ...environment,
      },
    });
    return new SocketWorld(world, new ApiClient(world.url));
  }

  get agent(): AgentActions {
    return this.world.genesys.webMessaging.agent;
  }

  /** The only guest. */
  get guest(): GuestSession {
    const [guest] = this.world.genesys.webMessaging.sessions;
    if (guest === undefined) throw new Error('There is no guest upstream.');
    return guest;
  }

  get conversationId(): string {
    return this.id;
  }

  spoil(fault: SocketFault, match: SocketFaultMatch = {}, times = 1): void {
    this.world.genesys.webMessaging.faults.add({ match, fault, times });
  }

  spoilHttp(path: string, fault: Fault, times?: number): void {
    this.world.genesys.faults.add({ match: { path }, fault, ...(times === undefined ? {} : { times }) });
  }

  /** Requests a session; returns status and problem code of the answer. */
  async open(): Promise<string> {
    const answer = await this.api.open();
    this.id = String(answer.body['conversationId'] ?? (await this.newest()));
    return told(answer);
  }

  /**
   * Opens a session; throws when it does not open. On a busy machine that may take a second connection, which is then
   * not counted.
   */
  async opened(): Promise<void> {
    const answer = await this.open();
    if (answer !== '201') throw new Error(`Opening answered ${answer}`);
    this.closedWhileOpening = (await this.counts())[OURS] ?? 0;
  }

  async say(text: string): Promise<string> {
    return told(await this.api.request('POST', `/v1/sessions/${this.id}/messages`, { text }));
  }

  async end(): Promise<string> {
    return told(await this.api.end(this.id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }

  async observe(): Promise<ObservedState> {
    const { body } = await this.api.get(this.id);
    const told = [body['state'], body['endReason'], body['disconnect']];
    const feed = await this.world.app
      .get(EventFeed, { strict: false })
      .after(FEED_START, 100, { conversationId: this.id });
    return {
      session: told.filter((part) => typeof part === 'string').join(' '),
      crm: this.world.crm.eventsOf(this.id).map(({ body }) => (body as { state: string }).state),
      feed: feed.map(({ kind, body: what }) =>
        kind === 'state' ? what.state : `${what.direction}: ${what.text ?? ''}`,
      ),
      counts: await this.counts(),
    };
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    const found = [...(await this.page()).matchAll(COUNTERS)].map(([, name = '', label, value]) => {
      const key = label === undefined ? name : `${name} ${label}`;
      return [key, Number(value) - (key === OURS ? this.closedWhileOpening : 0)];
    });
    return Object.fromEntries(found.filter(([, value]) => value !== 0)) as Record<string, number>;
  }

  /** Returns the total reconnect wait of guest sockets in seconds, or that of one wait. */
  async waitedSeconds(): Promise<number> {
    return Number(/^guest_sessions_ws_reconnect_wait_seconds_sum (\S+)$/m.exec(await this.page())?.[1] ?? 0);
  }

  private async page(): Promise<string> {
    return String((await this.api.request('GET', '/metrics')).body['text']);
  }

  private async newest(): Promise<unknown> {
    const { items } = (await this.api.list('?limit=1')).body as { items: Record<string, unknown>[] };
    return items[0]?.['conversationId'];
  }
}

/** Resolves as soon as all expected state is visible. */
export async function expectState(world: SocketWorld, expected: Partial<ObservedState>): Promise<void> {
  await waitFor(async () => {
    const observe = await world.observe();
    expect(Object.fromEntries(keysOf(expected).map((key) => [key, observe[key]]))).toEqual(expected);
  }, OBSERVED_WITHIN_MS);
}

function keysOf(expected: Partial<ObservedState>): (keyof ObservedState)[] {
  return Object.keys(expected) as (keyof ObservedState)[];
}

function told({ status, body }: Answer): string {
  const code = body['code'];
  return typeof code === 'string' ? `${status} ${code}` : String(status);
}
