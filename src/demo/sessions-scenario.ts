import type { World } from '../world';
import type { GuestSessionsClient } from './demo-client';
import type { Narrator } from './narrator';
import { until } from './until';

/** The expected final state of a session. */
interface Ending {
  readonly name: string;
  readonly conversationId: string;
  readonly state: string;
  readonly endReason: string;
  readonly crm: readonly string[];
}

/** The life of three sessions, narrated as it happens. `run` returns every deviation from the script. */
export class SessionsScenario {
  constructor(
    private readonly world: World,
    private readonly client: GuestSessionsClient,
    private readonly narrator: Narrator,
  ) {}

  async run(): Promise<string[]> {
    const endings = await Promise.all([this.endedOnRequest(), this.lost(), this.timeLimited()]);
    this.narrator.catchUp();
    const problems = await Promise.all(endings.map((ending) => this.check(ending)));
    const { data: summary } = await this.client.api.GET('/v1/metrics');
    this.narrator.say('service', `GET /v1/metrics says ${JSON.stringify(summary)}`);
    const counted = summary.totalSessions === 3 && summary.disconnectionRate === '0.3333';
    return [
      ...problems.flat(),
      ...(counted ? [] : ['the metrics do not count three sessions, one disconnected']),
    ];
  }

  private async endedOnRequest(): Promise<Ending> {
    const conversationId = await this.open('Alice', 1800);
    await until('Alice has beaten three times', () => this.beatsOf(conversationId) >= 3);
    this.narrator.say('caller', 'ends the session of Alice: DELETE /v1/sessions/…');
    await this.client.endSession(conversationId);
    await this.untilOver(conversationId);
    return {
      name: 'Alice',
      conversationId,
      state: 'terminated',
      endReason: 'requested',
      crm: ['connected', 'terminated'],
    };
  }

  private async lost(): Promise<Ending> {
    const conversationId = await this.open('Bob', 1800);
    await until('Bob has beaten once', () => this.beatsOf(conversationId) >= 1);
    this.narrator.say('Genesys', 'from now on fails the heartbeats of Bob with 500');
    this.world.genesys.faults.add({
      match: { conversationId, bodyContains: 'heartbeatSequence' },
      fault: { kind: 'status', status: 500 },
    });
    await this.untilOver(conversationId);
    const crm = ['connected', 'disconnected'];
    return { name: 'Bob', conversationId, state: 'disconnected', endReason: 'heartbeat-lost', crm };
  }

  private async timeLimited(): Promise<Ending> {
    const conversationId = await this.open('Carol', 4);
    await this.untilOver(conversationId);
    const crm = ['connected', 'terminated'];
    return { name: 'Carol', conversationId, state: 'terminated', endReason: 'duration-limit', crm };
  }

  private async open(name: string, durationLimit: number): Promise<string> {
    this.narrator.say('caller', `opens a session for ${name}, ${durationLimit} s at most: POST /v1/sessions`);
    const { conversationId, state } = await this.client.openSession({
      queueId: 'support',
      name,
      durationLimit,
    });
    this.narrator.say('service', `answers: conversation ${conversationId} of ${name} is ${state}`);
    return conversationId;
  }

  private beatsOf(conversationId: string): number {
    return this.world.genesys.state.conversation(conversationId)?.beats ?? 0;
  }

  private async untilOver(conversationId: string): Promise<void> {
    await until(
      'a session is over and the CRM knows',
      () => this.world.crm.eventsOf(conversationId).length >= 2,
    );
  }

  private async check({ name, conversationId, state, endReason, crm }: Ending): Promise<string[]> {
    const session = await this.client.getSession(conversationId);
    this.narrator.say(
      'service',
      `says the session of ${name} is ${session.state}, because: ${String(session.endReason)}`,
    );
    const heard = this.world.crm
      .eventsOf(conversationId)
      .map(({ body }) => (body as { state: string }).state);
    const upstream = this.world.genesys.state.conversation(conversationId);
    const expectations: readonly (readonly [string, boolean])[] = [
      [
        `${name} ends as ${state} because ${endReason}`,
        session.state === state && session.endReason === endReason,
      ],
      [`the CRM hears of ${name}: ${crm.join(', ')}`, heard.join() === crm.join()],
      [`Genesys gets one POST for ${name}`, upstream?.posts === 1],
      [`Genesys holds no conversation of ${name} any more`, upstream?.state === 'disconnected'],
    ];
    return expectations.filter(([, holds]) => !holds).map(([expected]) => `not as written: ${expected}`);
  }
}
