import { randomUUID } from 'node:crypto';
import { OPEN_INTEGRATION } from '../open-messaging-environment';
import type { World } from '../world';
import { DemoApi, until } from './demo-api';
import type { Narrator } from './narrator';
import { type LiveEvent, SseClient } from './sse-client';

const NAME = 'Emil';
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

type Upstream = NonNullable<ReturnType<World['genesys']['openMessaging']['conversation']>>;

/**
 * A guest writes over Open Messaging: from the opening message through a queue and a transfer to the end by an agent.
 * `run` returns every deviation from the script.
 */
export class OpenMessagingScenario {
  private readonly api: DemoApi;
  private readonly heard: string[] = [];
  private id = '';

  constructor(
    private readonly world: World,
    private readonly narrator: Narrator,
  ) {
    this.api = new DemoApi(world.url);
  }

  async run(): Promise<string[]> {
    const upstream = await this.open();
    const events = await SseClient.follow(`${this.world.url}/v1/sessions/${this.id}/events`, (event) => {
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
    const { conversationId } = await this.api.call('POST', 'sessions', {
      queueId: 'support',
      name: NAME,
      channel: 'open-messaging',
      text: OPENING,
      customAttributes: { orderId: '42' },
    });
    this.id = String(conversationId);
    const { genesysConversationId } = await this.api.call('GET', `sessions/${this.id}`);
    const upstream = this.world.genesys.openMessaging.conversation(String(genesysConversationId));
    if (upstream === undefined) throw new Error('Genesys does not know the conversation');
    this.narrator.say('service', `knows the conversation ${upstream.id} of Genesys; the session is active`);
    return upstream;
  }

  private async play(upstream: Upstream): Promise<void> {
    this.narrator.say('flow', `puts ${NAME} into the queue that the attributes name`);
    this.agent.enqueue(upstream.id, String(upstream.customer.attributes['guestQueueId']));
    this.narrator.say('agent', `${FIRST.name} takes the conversation`);
    this.agent.join(upstream.id, FIRST);
    await this.answer(upstream, SAID.greeting);
    this.narrator.say('caller', `says for ${NAME}: "${SAID.answer}"`);
    const key = { 'idempotency-key': randomUUID() };
    await this.api.call('POST', `sessions/${this.id}/messages`, { text: SAID.answer }, key);
    await this.repeat(upstream);
    this.narrator.say('agent', `${FIRST.name} transfers ${NAME} to ${SECOND.name}; that ends no session`);
    this.agent.transfer(upstream.id, SECOND);
    await this.answer(upstream, SAID.result);
    this.narrator.say(
      'agent',
      `${SECOND.name} ends the conversation, of which no webhook tells, and wraps up`,
    );
    this.agent.end(upstream.id, 'agent');
    this.agent.wrapUp(upstream.id, 'solved', { notes: 'delivered tomorrow' });
    await until(
      'a beat reads the end, and the CRM knows',
      () => this.world.crm.eventsOf(this.id).length >= 2,
    );
    this.narrator.catchUp();
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

  private hear({ name, data }: LiveEvent): void {
    if (name !== 'message') {
      this.narrator.say('  live event', name);
      return;
    }
    const { direction, text } = data['message'] as { direction: string; text: string };
    this.heard.push(text);
    this.narrator.say('  live event', `${name}: ${direction} "${text}"`);
  }

  private async problems({ received, customer, receipts }: Upstream): Promise<string[]> {
    const session = await this.api.call('GET', `sessions/${this.id}`);
    const { items } = await this.api.call('GET', `sessions/${this.id}/messages`);
    const listed = (items as { text: string }[]).map(({ text }) => text);
    const crm = this.world.crm.eventsOf(this.id).map(({ body }) => (body as { state: string }).state);
    const { state, endReason, endCause } = session;
    this.narrator.say(
      'service',
      `says the session of ${NAME} is ${String(state)}, because: ${String(endReason)} (${String(endCause)})`,
    );
    const expectations: readonly (readonly [string, boolean])[] = [
      ['the agent has ended the session', endReason === 'agent-ended'],
      ['Genesys has the messages of the guest, once', texts(received) === [OPENING, SAID.answer].join()],
      ['the flow can read the attributes', customer.attributes['orderId'] === '42'],
      ['every message is told and listed, once', [listed, this.heard].every(isWhole)],
      ['the agents see that messages were delivered', receipts.length >= 3],
      ['the CRM hears: connected, disconnected', crm.join() === 'connected,disconnected'],
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
