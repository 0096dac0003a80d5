import type { CrmSimulator } from '../../src/simulator/crm-simulator';
import type { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import { ApiClient } from './api-client';
import { until } from './until';

/** The queues of the story; the second one gets the transfer. */
export const STORY_QUEUES = ['support', 'second-line'] as const;
const [FIRST, SECOND] = ['11111111-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000002'];

interface CrmEvent {
  readonly id: string;
  readonly state: string;
  readonly sequence: number;
  readonly metadata: { readonly userId?: string };
}

/** A guest with a session over Open Messaging, which two agents handle one after the other. */
export class AgentStory {
  private constructor(
    private readonly world: { readonly genesys: GenesysSimulator; readonly crm: CrmSimulator },
    readonly id: string,
    /** The conversation in Genesys Cloud. */
    readonly theirs: string,
  ) {}

  /** Opens the session of the guest. */
  static async begin(
    world: { readonly genesys: GenesysSimulator; readonly crm: CrmSimulator },
    api: ApiClient,
  ): Promise<AgentStory> {
    const { status, body } = await api.open({ text: 'Hello', queueId: STORY_QUEUES[0] });
    if (status !== 201) throw new Error(`Opening answered ${status}: ${JSON.stringify(body)}`);
    const id = String(body['conversationId']);
    return new AgentStory(world, id, String((await api.get(id)).body['genesysConversationId']));
  }

  /** One agent joins and transfers, another one joins and ends, each act once the CRM knows of the one before it. */
  async play(beforeEach: () => void = () => undefined): Promise<void> {
    const { agent } = this.world.genesys.openMessaging;
    const acts: readonly (readonly [act: () => void, line: string])[] = [
      [() => agent.enqueue(this.theirs, STORY_QUEUES[0]), 'waiting'],
      [() => agent.join(this.theirs, { userId: FIRST }), `agent-joined ${FIRST}`],
      [() => agent.transfer(this.theirs, { queueId: STORY_QUEUES[1] }), `transferred ${FIRST}`],
      [() => agent.join(this.theirs, { userId: SECOND }), `agent-joined ${SECOND}`],
      [() => agent.end(this.theirs, 'agent'), 'disconnected'],
    ];
    for (const [act, line] of acts) {
      beforeEach();
      act();
      await until(() => this.lines.includes(line));
    }
  }

  get hasAgent(): boolean {
    return this.lines.includes(`agent-joined ${FIRST}`);
  }

  /** The story as it has to be told. */
  static get told(): readonly string[] {
    return [
      'connected',
      'waiting',
      `agent-joined ${FIRST}`,
      `transferred ${FIRST}`,
      'waiting',
      `agent-joined ${SECOND}`,
      'disconnected',
    ];
  }

  /**
   * The events that the CRM received, each once, in the order of their sequence. Left out are a flow that was seen before the
   * queue, and the end of the agent's part, which may come after the customer's.
   */
  get story(): readonly string[] {
    const optional = ['bot', `agent-left ${SECOND}`];
    return this.lines.filter((line) => !optional.includes(line));
  }

  /** The numbers of the events in the order of their arrival, repetitions left out. */
  get sequence(): readonly number[] {
    return this.events.map((event) => event.sequence);
  }

  private get events(): readonly CrmEvent[] {
    const received = this.world.crm.eventsOf(this.id).map(({ body }) => body as CrmEvent);
    // A receiver may get an event again after a kill, with the same id.
    return received.filter(({ id }, index) => received.findIndex((event) => event.id === id) === index);
  }

  /** The state or fact of each event, with the agent. */
  private get lines(): readonly string[] {
    return this.events.map(({ state, metadata: { userId } }) =>
      userId === undefined ? state : `${state} ${userId}`,
    );
  }
}
