import { createHmac, randomUUID } from 'node:crypto';
import { webhookUrlOf } from '../../src/genesys/open-messaging/admin/platform-integration';
import { OPEN_INTEGRATION } from '../../src/open-messaging-environment';
import type { Fault } from '../../src/simulator/fault';
import type { OpenAgentActions } from '../../src/simulator/open-messaging/open-agent-actions';
import type { OpenConversation } from '../../src/simulator/open-messaging/open-conversation';
import type { OpenMessagingOptions } from '../../src/simulator/open-messaging/open-messaging-options';
import type { WebhookDelivery } from '../../src/simulator/open-messaging/webhook-delivery';
import { World } from '../../src/world';
import { type Answer, ApiClient } from './api-client';
import { LogCapture } from './log-capture';
import { waitFor } from './wait-for';

const MESSAGES = '/api/v2/conversations/messages/';
/** Resources of the guests' side, as a path begins to match a fault. */
type Inbound = 'message' | 'event' | 'receipt' | 'structured/response';

/** A time-out for a busy machine. */
const OBSERVED_WITHIN_MS = 60_000;
const NO_BEATS_MS = '86400000';

export interface OpenWorldOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly simulator?: OpenMessagingOptions;
}

/** All observable state of a session and of its conversation. */
export interface OpenState {
  /** State, end reason, end cause and upstream disconnect, as far as present. */
  readonly session: string;
  /** The listed messages with their directions. */
  readonly listed: readonly string[];
  /** The states that the CRM received. */
  readonly crm: readonly string[];
  /** The parties that served the conversation, as the CRM received them. */
  readonly assignments: readonly string[];
  /** The texts that arrived upstream, each once. */
  readonly received: readonly (string | undefined)[];
  /** `open`, the side that ended the conversation, or `none` if there never was one. */
  readonly upstream: string;
  /** Accepted messages and choices, repetitions included. */
  readonly posts: number;
  readonly repeats: number;
  /** Receipts by status, in the order of arrival. */
  readonly receipts: readonly string[];
  /** Requests with a message of the guest that reached the simulator, spoiled ones included. */
  readonly requests: number;
  /** Requests that end the conversation or the customer's part of it. */
  readonly patches: number;
}

/**
 * The worlds of a file, each started when a row first needs it. Construct it before the clock of the file is replaced: its
 * hook has to run first, because services do not stop while that clock stands still.
 */
export class OpenWorlds {
  private readonly started = new Map<string, Promise<OpenWorld>>();

  constructor() {
    afterAll(async () => {
      for (const world of this.started.values()) await (await world)[Symbol.asyncDispose]();
    });
  }

  /** The world with this name. */
  get(name: string, options: OpenWorldOptions = {}): Promise<OpenWorld> {
    const world = this.started.get(name) ?? OpenWorld.start(options);
    this.started.set(name, world);
    return world;
  }
}

/** Genesys Cloud, a CRM and the service for the rows of a file; each row has a guest of its own. */
export class OpenWorld implements AsyncDisposable {
  private constructor(
    readonly world: World,
    readonly api: ApiClient,
  ) {}

  static async start({ environment = {}, simulator = {} }: OpenWorldOptions = {}): Promise<OpenWorld> {
    const world = await World.start({
      logOutput: new LogCapture(),
      openMessaging: true,
      genesys: { openMessaging: { retryFirstMs: 30, retryEveryMs: 30, ...simulator } },
      environment: {
        GENESYS_CHANNEL: 'open-messaging',
        // Time-outs for a busy machine.
        UPSTREAM_TIMEOUT_MS: '60000',
        SESSION_OPEN_DEADLINE_MS: '120000',
        // A bucket that grows with its first answer starts almost empty.
        GENESYS_REQUESTS_PER_MINUTE: '1000000',
        UPSTREAM_BREAKER_MIN_RPS: '1000000',
        // The first beat is at a random time in the interval: in a day, none occurs during the test.
        HEARTBEAT_MAX_INTERVAL_MS: NO_BEATS_MS,
        HEARTBEAT_MIN_INTERVAL_MS: NO_BEATS_MS,
        LOG_LEVEL: 'error',
        ...environment,
      },
    });
    return new OpenWorld(world, new ApiClient(world.url));
  }

  guest(id: string = randomUUID()): OpenRow {
    return new OpenRow(this, id);
  }

  /** A guest with an active session. */
  async opened(): Promise<OpenRow> {
    const row = this.guest();
    const answer = await row.open();
    if (answer !== '201') throw new Error(`Opening answered ${answer}`);
    return row;
  }

  /** Posts a signed body as Genesys Cloud does; returns the status of the answer. */
  async webhook(body: string | Buffer, { secret = OPEN_INTEGRATION.secret, to = '' } = {}): Promise<number> {
    const url = webhookUrlOf(this.world.url, OPEN_INTEGRATION.id);
    const signature = createHmac('sha256', secret).update(body).digest('base64');
    const { status } = await fetch(to === '' ? url : url.replace(OPEN_INTEGRATION.id, to), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body,
    });
    return status;
  }

  /** The webhooks that the service has counted with this outcome. */
  async webhooks(outcome: string): Promise<number> {
    return this.counter(`webhooks_received_total{outcome="${outcome}"}`);
  }

  async counter(line: string): Promise<number> {
    const page = String((await this.api.request('GET', '/metrics')).body['text']);
    const found = page.split('\n').find((one) => one.startsWith(`guest_sessions_${line} `));
    return Number(found?.split(' ').at(-1) ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

/** One guest with its session, its conversation upstream, and faults that affect no other guest. */
export class OpenRow {
  private sessionId: string | undefined;

  constructor(
    readonly world: OpenWorld,
    readonly guestId: string,
  ) {}

  /** The session's id, also after an opening that failed: it is the id of the first message. */
  get id(): string {
    return this.sessionId ?? this.arrived('message')[0] ?? '';
  }

  get agent(): OpenAgentActions {
    return this.world.world.genesys.openMessaging.agent;
  }

  get upstream(): OpenConversation | undefined {
    return this.world.world.genesys.openMessaging.conversation(this.guestId);
  }

  /** Deliveries about this guest, oldest first. */
  get deliveries(): readonly WebhookDelivery[] {
    const { deliveries } = this.world.world.genesys.openMessaging;
    return deliveries.filter(({ body }) => JSON.stringify(body).includes(this.guestId));
  }

  /** Spoils requests of this guest's side, at most until the returned function is called. */
  spoil(resource: Inbound, fault: Fault, times?: number): () => void {
    return this.addFault(
      { method: 'POST', path: `/inbound/open/${resource}$`, bodyContains: this.guestId },
      fault,
      times,
    );
  }

  /** Spoils requests for the opened conversation; `part` is what follows its id. */
  spoilConversation(method: 'GET' | 'PATCH', part: string, fault: Fault, times?: number): () => void {
    return this.addFault({ method, path: `${MESSAGES}${this.upstream?.id ?? 'none'}${part}` }, fault, times);
  }

  /** Requests a session; returns status and problem code of the answer. */
  async open(request: object = {}): Promise<string> {
    const answer = await this.world.api.open({ text: 'Hello', guestId: this.guestId, ...request });
    const { conversationId } = answer.body;
    if (typeof conversationId === 'string') this.sessionId = conversationId;
    return told(answer);
  }

  async say(text: string, key?: string): Promise<string> {
    return this.send({ text }, key);
  }

  async send(message: object, key?: string): Promise<string> {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    return told(await this.world.api.request('POST', `/v1/sessions/${this.id}/messages`, message, headers));
  }

  async type(): Promise<string> {
    return told(await this.world.api.request('POST', `/v1/sessions/${this.id}/typing`));
  }

  async end(): Promise<string> {
    return told(await this.world.api.end(this.id));
  }

  /** A webhook to this guest, as JSON. */
  webhookBody({ time = '2027-01-15T08:00:00.000Z', ...fields }: Readonly<Record<string, unknown>>): string {
    const channel = { to: { id: this.guestId }, time };
    return JSON.stringify({ id: randomUUID(), channel, type: 'Text', direction: 'Outbound', ...fields });
  }

  /** The messages in the API. */
  async messages(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { body } = await this.world.api.request('GET', `/v1/sessions/${this.id}/messages`);
    return body['items'] as Readonly<Record<string, unknown>>[];
  }

  async observe(): Promise<OpenState> {
    const { body } = await this.world.api.get(this.id);
    const facts = [body['state'], body['endReason'], body['endCause'], body['disconnect']];
    const { upstream } = this;
    return {
      session: facts.filter((part) => typeof part === 'string').join(' '),
      listed: (await this.messages()).map(({ direction, text }) => `${String(direction)} ${String(text)}`),
      crm: this.told('session'),
      assignments: this.told('assignment'),
      received: upstream?.received.map(({ text }) => text) ?? [],
      upstream: upstream === undefined ? 'none' : (upstream.endedBy ?? 'open'),
      posts: upstream?.posts ?? 0,
      repeats: upstream?.repeats ?? 0,
      receipts: upstream?.receipts.map(({ status }) => status) ?? [],
      requests: this.arrived('message').length,
      patches: this.patches,
    };
  }

  /** The events of a kind that the CRM received, in their order. */
  private told(kind: 'session' | 'assignment'): string[] {
    return this.world.world.crm
      .eventsOf(this.id)
      .map(({ body }) => body as { readonly type: string; readonly state: string })
      .filter(({ type }) => type.startsWith(`${kind}.`))
      .map(({ state }) => state);
  }

  /** The caller's ids of the messages that arrived, repetitions and spoiled requests included. */
  arrived(resource: Inbound): string[] {
    const { requests } = this.world.world.genesys;
    return requests
      .find({ method: 'POST', path: new RegExp(`/inbound/open/${resource}$`) })
      .filter(({ body }) => JSON.stringify(body).includes(this.guestId))
      .map(({ body }) => (body as { channel: { messageId?: string } }).channel.messageId ?? '');
  }

  private get patches(): number {
    const { requests } = this.world.world.genesys;
    const patches = requests.find({ method: 'PATCH' });
    return patches.filter(({ path }) => path.includes(this.upstream?.id ?? 'none')).length;
  }

  private addFault(match: object, fault: Fault, times?: number): () => void {
    const { faults } = this.world.world.genesys;
    const id = faults.add({ match, fault, ...(times === undefined ? {} : { times }) });
    return () => {
      faults.remove(id);
    };
  }
}

/** Resolves as soon as all expected state of the row is visible. */
export async function expectRow(row: OpenRow, expected: Partial<OpenState>): Promise<void> {
  const keys = Object.keys(expected) as (keyof OpenState)[];
  await waitFor(async () => {
    const observed = await row.observe();
    expect(Object.fromEntries(keys.map((key) => [key, observed[key]]))).toEqual(expected);
  }, OBSERVED_WITHIN_MS);
}

function told({ status, body }: Answer): string {
  const code = body['code'];
  return typeof code === 'string' ? `${status} ${code}` : String(status);
}
