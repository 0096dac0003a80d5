import type { World } from '../world';
import { followSession, type GuestSessionsClient, type StreamEvent } from './demo-client';
import type { Narrator } from './narrator';
import { type Message, StructuredMessagesScenario } from './structured-messages-scenario';
import { until } from './until';

const NAME = 'Dora';
/** The smallest possible picture: one grey dot. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

const GOODBYE = 'One more thing: thank you!';
const GREETING = 'Welcome! How can we help?';
const TALK = [
  { guest: 'Where is my order 4711?', agent: 'Let me have a look.' },
  {
    guest: 'It should have come on Friday.',
    agent: 'It is on its way; can you send me a picture of the slip?',
  },
  { guest: 'Here it is.', agent: 'Thank you. It arrives tomorrow.' },
] as const;

type GuestSession = NonNullable<ReturnType<World['genesys']['webMessaging']['session']>>;

/**
 * A guest and an agent exchange messages over the guest WebSocket, with an interrupted connection in between. `run`
 * returns every deviation from the script.
 */
export class MessagingScenario {
  private readonly heard: Message[] = [];
  private readonly states: string[] = [];
  private readonly activities: string[] = [];
  private typed = 0;
  private warnings = 0;
  private id = '';

  constructor(
    private readonly world: World,
    private readonly client: GuestSessionsClient,
    private readonly narrator: Narrator,
  ) {}

  async run(): Promise<string[]> {
    const guest = await this.open();
    const events = followSession(this.client, this.id, (event) => {
      this.hear(event);
    });
    try {
      await this.play(guest);
    } finally {
      await events.close();
    }
    return this.problems(guest);
  }

  private async play(guest: GuestSession): Promise<void> {
    await until('the deployment greets the guest', () => this.heard.length === 1);
    await this.exchange(guest, TALK[0]);
    await this.breakLine(guest);
    await this.exchange(guest, TALK[1]);
    await this.sendPicture();
    await this.answer(guest, TALK[2].agent);
    const questions = new StructuredMessagesScenario(this.world, this.client, this.narrator);
    await questions.ask(guest.token, this.id, (text) => this.untilHeard(text));
    await this.fallSilent();
    await this.agentLeaves(guest);
    await this.agentEnds(guest);
  }

  private async open(): Promise<GuestSession> {
    this.narrator.say('caller', `opens a session for ${NAME}: POST /v1/sessions {"channel":"web-messaging"}`);
    const { conversationId, guestIdToken } = await this.client.openSession({
      queueId: 'support',
      name: NAME,
      channel: 'web-messaging',
    });
    this.id = conversationId;
    const guest = this.world.genesys.webMessaging.session(guestIdToken);
    if (guest === undefined) throw new Error('Genesys does not know the guest');
    this.narrator.say('service', `has a socket of its own for ${NAME}; conversation ${this.id} is active`);
    return guest;
  }

  private async exchange(guest: GuestSession, said: { guest: string; agent: string }): Promise<void> {
    await this.send(said.guest);
    await this.answer(guest, said.agent);
  }

  private async send(text: string, more: object = {}): Promise<void> {
    this.narrator.say('caller', `says for ${NAME}: "${text}"`);
    await this.client.sendMessage(this.id, { text, ...more });
  }

  private async answer(guest: GuestSession, text: string): Promise<void> {
    const { agent } = this.world.genesys.webMessaging;
    const before = this.typed;
    agent.type(guest.token);
    await until('the agent is seen typing', () => this.typed > before);
    this.narrator.say('agent', `says: "${text}"`);
    agent.say(guest.token, text);
    await this.untilHeard(text);
  }

  /** Genesys replays nothing: messages of the meantime are found in the history. */
  private async breakLine(guest: GuestSession): Promise<void> {
    this.narrator.say('Genesys', `cuts the socket of ${NAME}; the agent and ${NAME} go on talking`);
    this.world.genesys.webMessaging.agent.cut(guest.token, 1006);
    this.world.genesys.webMessaging.agent.say(guest.token, 'One moment, please.');
    await this.send('I can wait.');
    await this.untilHeard('One moment, please.');
    this.narrator.say('service', `has connected again, with the same token: session ${guest.sessions} of 1`);
  }

  private async sendPicture(): Promise<void> {
    this.narrator.say('caller', `uploads a picture for ${NAME}: POST /v1/sessions/…/attachments`);
    const { data } = await this.client.api.POST('/v1/sessions/{conversationId}/attachments', {
      params: { path: { conversationId: this.id }, query: { fileName: 'slip.png' } },
      headers: { 'content-type': 'image/png' },
      // The description of the API has no type for bytes.
      body: '',
      bodySerializer: () => PICTURE,
    });
    await this.send(TALK[2].guest, { attachmentIds: [data.attachmentId] });
    await this.untilHeard(TALK[2].guest);
  }

  private async fallSilent(): Promise<void> {
    this.narrator.say(
      'caller',
      `says nothing for ${NAME}: Genesys would let the session expire in five minutes`,
    );
    await until('the expiry is told ahead', () => this.warnings > 0);
  }

  /** Mode Send of a deployment: the guest may write again, which continues the conversation. */
  private async agentLeaves(guest: GuestSession): Promise<void> {
    this.narrator.say('agent', `ends the conversation, and leaves ${NAME} free to write (mode Send)`);
    this.world.genesys.webMessaging.agent.disconnect(guest.token, { enabled: true, type: 'Send' });
    await until('the end by the agent is told', () => this.activities.includes('agent-ended'));
    await this.send(GOODBYE);
    await this.untilHeard(GOODBYE);
  }

  private async agentEnds(guest: GuestSession): Promise<void> {
    this.narrator.say('agent', 'ends the conversation for good (mode ReadOnly)');
    this.world.genesys.webMessaging.agent.disconnect(guest.token);
    await until('the CRM knows', () => this.world.crm.eventsOf(this.id).length >= 2);
    await until('the session is over', () => this.states.includes('disconnected'));
    this.narrator.catchUp();
  }

  private async untilHeard(text: string): Promise<Message> {
    const find = (): Message | undefined => this.heard.find((told) => told.text === text);
    await until(`"${text}" is told`, () => find() !== undefined);
    const told = find();
    if (told === undefined) throw new Error(`"${text}" is not told`);
    return told;
  }

  private hear(event: StreamEvent): void {
    const { type } = event;
    if (type === 'message') {
      this.heard.push(event.message);
      this.tell(`${type}: ${event.message.direction} "${event.message.text}"`);
    } else if (type === 'typing') {
      this.typed += 1;
      this.tell('typing: the other side types');
    } else if (type === 'activity') {
      this.activities.push(event.activity.type);
      this.tell(`activity: ${event.activity.type}`);
    } else {
      if (type === 'session.expiring') this.warnings += 1;
      else if ('session' in event) this.states.push(event.session.state);
      this.tell(type === 'connection' ? `connection: ${event.connection}` : type);
    }
  }

  private tell(event: string): void {
    this.narrator.say('  live event', event);
  }

  private async problems(guest: GuestSession): Promise<string[]> {
    const session = await this.client.getSession(this.id);
    const { items } = await this.client.listMessages(this.id);
    const listed = items.map(({ text }) => text).sort();
    const said = [
      GREETING,
      'One moment, please.',
      'I can wait.',
      ...StructuredMessagesScenario.TEXTS,
      GOODBYE,
      ...TALK.flatMap((one) => [one.guest, one.agent]),
    ];
    const expected = said.sort().join('\n');
    const crm = this.world.crm.eventsOf(this.id).map(({ body }) => (body as { state: string }).state);
    this.narrator.say(
      'service',
      `says the session of ${NAME} is ${session.state}, because: ${String(session.endReason)}`,
    );
    const expectations: readonly (readonly [string, boolean])[] = [
      ['the agent has ended the session', session.endReason === 'agent-ended'],
      [
        'every message is told live, once',
        this.heard
          .map(({ text }) => text)
          .sort()
          .join('\n') === expected,
      ],
      ['every message is listed, once', listed.join('\n') === expected],
      ['the session was begun once', guest.sessions === 1 && guest.joins === 1],
      ['the line was made twice', guest.configures === 2],
      [
        'both ends by the agent are told live',
        this.activities.filter((type) => type === 'agent-ended').length === 2,
      ],
      ['the CRM hears: connected, disconnected', crm.join() === 'connected,disconnected'],
    ];
    return expectations.filter(([, holds]) => !holds).map(([what]) => `not as written: ${what}`);
  }
}

/** The deployment of the talk: the expiry is announced two seconds after the last message, five minutes ahead. */
export const TALK_DEPLOYMENT = { autoStart: true, greeting: GREETING, sessionDurationSeconds: 302 };
