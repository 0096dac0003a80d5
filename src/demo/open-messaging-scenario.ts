import { OPEN_INTEGRATION } from '../open-messaging-environment';
import type { World } from '../world';
import { followSession, type GuestSessionsClient, type StreamEvent } from './demo-client';
import type { Narrator } from './narrator';
import { until } from './until';

const NAME = 'Emil';
const QUEUE = 'support';

/** Notifications report at once, and a beat reads the conversation every three seconds. */
export const OPEN_MESSAGING_SETTINGS = {
  GENESYS_NOTIFICATION_CHANNELS: '2',
  GENESYS_NOTIFICATION_QUEUES: QUEUE,
  HEARTBEAT_MIN_INTERVAL_MS: '3000',
  HEARTBEAT_MAX_INTERVAL_MS: '3000',
};

const OPENING = 'Where is my order?';
const [FIRST, SECOND] = [
  { userId: '11111111-0000-4000-8000-000000000001', name: 'Ada' },
  { userId: '22222222-0000-4000-8000-000000000002', name: 'Bea' },
];
const SAID = {
  greeting: 'Hello, this is Ada. Which order?',
  answer: 'Order 42.',
  handover: 'My colleague Bea knows more.',
  result: 'It arrives tomorrow.',
} as const;

const ACTS = ['waiting', 'agent-joined', 'transferred', 'agent-joined', 'agent-left'].map(
  (act) => `assignment.${act}`,
);
const CRM_STATES =
  'connected,waiting,agent-joined,transferred,agent-joined,agent-left,disconnected,wrapped-up';

type Upstream = NonNullable<ReturnType<World['genesys']['openMessaging']['conversation']>>;

/**
 * A guest writes over Open Messaging: from the opening message through a queue and a transfer to the end by an agent and
 * the wrap-up. Notifications report the agents' acts; their socket breaks once, and a beat finds what was missed.
 * `run` returns every deviation from the script.
 */
export class OpenMessagingScenario {
  private readonly heard: string[] = [];
  /** Names of the events about the party that serves the guest. */
  private readonly assignments: string[] = [];
  private id = '';

  constructor(
    private readonly world: World,
    private readonly client: GuestSessionsClient,
    private readonly narrator: Narrator,
  ) {}

  async run(): Promise<string[]> {
    const upstream = await this.open();
    const events = followSession(this.client, this.id, (event) => {
      this.hear(event);
    });
    try {
      await this.play(upstream);
    } finally {
      await events.close();
    }
    return this.problems(upstream);
  }

  private get agent(): World['genesys']['openMessaging']['agent'] {
    return this.world.genesys.openMessaging.agent;
  }

  private async open(): Promise<Upstream> {
    this.narrator.say(
      'caller',
      `opens a session for ${NAME}: POST /v1/sessions {"channel":"open-messaging"}`,
    );
    const { conversationId } = await this.client.openSession({
      queueId: QUEUE,
      name: NAME,
      channel: 'open-messaging',
      text: OPENING,
      customAttributes: { orderId: '42' },
    });
    this.id = conversationId;
    const { genesysConversationId } = await this.client.getSession(this.id);
    const upstream = this.world.genesys.openMessaging.conversation(String(genesysConversationId));
    if (upstream === undefined) throw new Error('Genesys does not know the conversation');
    this.narrator.say('service', `knows the conversation ${upstream.id} of Genesys; the session is active`);
    return upstream;
  }

  private async play(upstream: Upstream): Promise<void> {
    await this.connect();
    this.narrator.say('flow', `puts ${NAME} into the queue that the attributes name`);
    this.agent.enqueue(upstream.id, String(upstream.customer.attributes['guestQueueId']));
    await this.told('assignment.waiting');
    this.narrator.say('agent', `${FIRST.name} takes the conversation`);
    this.agent.join(upstream.id, FIRST);
    await this.told('assignment.agent-joined');
    await this.answer(upstream, SAID.greeting);
    this.narrator.say('caller', `says for ${NAME}: "${SAID.answer}"`);
    await this.client.sendMessage(this.id, { text: SAID.answer });
    await this.repeat(upstream);
    await this.transferUnseen(upstream);
    await this.answer(upstream, SAID.result);
    await this.end(upstream);
    this.narrator.catchUp();
  }

  /** Waits for the notification socket. */
  private async connect(): Promise<void> {
    const { channels } = this.world.genesys.notifications;
    const isConnected = (): boolean => [...channels].some(({ connection }) => connection !== undefined);
    await until('the notification socket is connected', isConnected);
    this.narrator.say('service', 'is connected to the notifications of Genesys for the queue');
  }

  /** A transfer that no event reports, because the socket is gone: it is read. */
  private async transferUnseen(upstream: Upstream): Promise<void> {
    this.narrator.say('network', 'breaks the notification socket; what happens now is never sent again');
    this.world.genesys.notifications.actions.cut();
    this.narrator.say('agent', `${FIRST.name} transfers ${NAME} to ${SECOND.name}; that ends no session`);
    this.agent.transfer(upstream.id, SECOND);
    this.agent.join(upstream.id, SECOND);
    await this.told('assignment.transferred');
    this.narrator.say('service', 'has found the transfer by reading the conversation');
    await this.connect();
  }

  private async end({ id }: Upstream): Promise<void> {
    this.narrator.say(
      'agent',
      `${SECOND.name} ends the conversation, of which no webhook tells, and wraps up`,
    );
    this.agent.end(id, 'agent');
    this.agent.wrapUp(id, 'solved', { notes: 'delivered tomorrow' });
    const crm = (): string => this.crmStates().join();
    await until('the CRM knows of the end and the wrap-up', () => /disconnected.*wrapped-up/.test(crm()));
  }

  private async told(name: string): Promise<void> {
    await until(`${name} is told`, () => this.assignments.includes(name));
  }

  private crmStates(): string[] {
    return this.world.crm.eventsOf(this.id).map(({ body }) => (body as { state: string }).state);
  }

  private async answer(upstream: Upstream, text: string): Promise<void> {
    this.narrator.say('agent', `says: "${text}"`);
    this.agent.say(upstream.id, text);
    await until(`"${text}" is told`, () => this.heard.includes(text));
  }

  /** Genesys sends a webhook again when its answer was lost. */
  private async repeat(upstream: Upstream): Promise<void> {
    this.narrator.say('agent', `says: "${SAID.handover}", and Genesys delivers it twice`);
    const said = this.agent.say(upstream.id, SAID.handover);
    await until('it is told', () => this.heard.includes(SAID.handover));
    const again = this.world.genesys.openMessaging.deliverRaw(OPEN_INTEGRATION.id, { ...said });
    await until('it is delivered again', () => again.outcome === 'delivered');
  }

  private hear(event: StreamEvent): void {
    const { type } = event;
    if (type !== 'message') {
      if (type.startsWith('assignment.')) this.assignments.push(type);
      this.narrator.say('  live event', type);
      return;
    }
    const { direction, text = '' } = event.message;
    this.heard.push(text);
    this.narrator.say('  live event', `${type}: ${direction} "${text}"`);
  }

  private async problems({ received, customer, receipts }: Upstream): Promise<string[]> {
    const { state, endReason, endedBy, wrapUp } = await this.client.getSession(this.id);
    const { items } = await this.client.listMessages(this.id);
    const listed = items.map(({ text = '' }) => text);
    this.narrator.say(
      'service',
      `says the session of ${NAME} is ${state}, ended by: ${String(endedBy)}, wrap-up: ${JSON.stringify(wrapUp)}`,
    );
    // The stream ends with the session, of which the wrap-up is later news.
    const acts = this.assignments.filter((act) => act !== 'assignment.wrapped-up');
    const expectations: readonly (readonly [string, boolean])[] = [
      ['the agent has ended the session', endReason === 'agent-ended'],
      ['Genesys has the messages of the guest, once', texts(received) === [OPENING, SAID.answer].join()],
      ['the flow can read the attributes', customer.attributes['orderId'] === '42'],
      ['every message is told and listed, once', [listed, this.heard].every(isWhole)],
      ['the agents see that messages were delivered', receipts.length >= 3],
      ['every act of the agents is told, once and in order', acts.join() === ACTS.join()],
      ['the session has the wrap-up', wrapUp?.code === 'solved'],
      ['the CRM hears the same, between connected and disconnected', this.crmStates().join() === CRM_STATES],
    ];
    return expectations.filter(([, holds]) => !holds).map(([what]) => `not as written: ${what}`);
  }
}

function texts(messages: readonly { readonly text?: string | undefined }[]): string {
  return messages.map(({ text }) => text).join();
}

function isWhole(told: readonly string[]): boolean {
  return [...told].sort().join() === Object.values(SAID).sort().join();
}
