import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { webhookUrlOf } from '../src/genesys/open-messaging/admin/platform-integration';
import type { AgentAct, OpenSimulatorCommands } from './children/open-simulators';
import type { SoakedServiceCommands } from './children/soaked-service';
import type { CommandedChild } from './support/commanded-child';
import { serviceEnvironment } from './support/environment';
import type { Check } from './support/guest-checks';
import { type Guest, GuestCrowd } from './support/guest-crowd';
import { BENCH_INTEGRATION } from './support/integration';
import { describeLoad, describeMachine } from './support/machine';
import {
  checkOpenEnds,
  checkOpenEvents,
  checkOpenMessages,
  checkPlatform,
  type KnownEnd,
  type OpenGuestRecord,
} from './support/open-checks';
import { Stages } from './support/stages';
import { heading, number, tableOf } from './support/table';
import { Workspace } from './support/workspace';

export interface OpenSoakOptions {
  readonly sessions: number;
  readonly minutes: number;
}

const SECONDS = 60;
const WARM_UP = 50;
const QUEUES = ['support', 'second-line'] as const;
const ENDS = ['agent', 'customer', 'inactivity'] as const;
/** Shares of all sessions in a minute. */
const END_SHARE = 0.01;
const TRANSFER_SHARE = 0.05;
/** OAuth clients with the platform's limit of 300 requests a minute that carry beats, messages and receipts. */
const SESSIONS_PER_CLIENT = 60;
const KNOWN_WITHIN_MS = 120_000;
const SETTLING_MS = 10_000;
const OPENING = { queueId: QUEUES[0], text: 'Hello', durationLimit: 2700 };

/**
 * Keeps many sessions over Open Messaging for a while, with messages both ways, agents who join, transfer and end, repeated and
 * late webhooks, a notification socket that is cut every minute and loses events. Prints the cost and the checks, and returns
 * whether all of them passed.
 */
export async function soakOpenMessaging(options: OpenSoakOptions): Promise<boolean> {
  await using workspace = new Workspace(undefined);
  console.log(describeMachine(await workspace.folder()));
  const simulators = workspace.child<OpenSimulatorCommands>('open-simulators');
  const hosts = await simulators.ask('start', { clients: Math.ceil(options.sessions / SESSIONS_PER_CLIENT) });
  const environment = serviceEnvironment(hosts, {
    DATA_DIR: await workspace.folder(),
    GENESYS_CLIENT_ID: '',
    GENESYS_CLIENT_SECRET: '',
    GENESYS_CLIENTS: JSON.stringify(hosts.clients),
    GENESYS_REQUESTS_PER_MINUTE: '300',
    GENESYS_CHANNEL: 'open-messaging',
    GENESYS_NOTIFICATION_CHANNELS: '2',
    GENESYS_NOTIFICATION_QUEUES: QUEUES.join(),
    CRM_WEBHOOK_URL: hosts.crmUrl,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
    HEARTBEAT_MIN_INTERVAL_MS: '1000',
    HEARTBEAT_MAX_INTERVAL_MS: '30000',
    SESSION_OPEN_DEADLINE_MS: '120000',
  });
  const service = workspace.measured<SoakedServiceCommands>('soaked-service', environment);
  const url = await service.ask('start', undefined);
  const webhookUrl = webhookUrlOf(url, BENCH_INTEGRATION.id);
  await simulators.ask('disturb', { webhookUrl, cutEveryMs: SECONDS * 1000 });
  return await new OpenSoak(options, service, simulators, url).run();
}

/** A guest with its conversation upstream. */
interface OpenGuest extends Guest {
  readonly conversation: string;
}

class OpenSoak {
  private readonly stages: Stages;
  private readonly fromAgents = new Map<string, string[]>();
  /** The times and parties of ends upstream, by session. */
  private readonly ends = new Map<string, { readonly by: string; readonly at: number }>();

  constructor(
    private readonly options: OpenSoakOptions,
    service: CommandedChild<SoakedServiceCommands>,
    private readonly simulators: CommandedChild<OpenSimulatorCommands>,
    private readonly url: string,
  ) {
    this.stages = new Stages(service, options.sessions);
  }

  async run(): Promise<boolean> {
    const { sessions, minutes } = this.options;
    await this.stages.run('warm-up', () => this.warmUp());
    await using crowd = new GuestCrowd(this.url, OPENING);
    await this.stages.run(`${number(sessions)} opened`, () => crowd.open(sessions));
    const guests = await this.openGuests(crowd);
    await this.stages.run(`${number(minutes)} minutes`, () => this.converse(crowd, guests));
    await this.stages.run('settled', () => this.settle());
    const checks = await this.checks(crowd, guests);
    await this.stages.run('ended', () => crowd.end());
    this.report(checks);
    return checks.every(({ holds }) => holds);
  }

  private async warmUp(): Promise<void> {
    await using crowd = new GuestCrowd(this.url, OPENING);
    await crowd.open(WARM_UP);
    await Promise.all(crowd.guests.map((guest) => crowd.speak(guest, 'Warm')));
    await crowd.end();
  }

  private async openGuests(crowd: GuestCrowd): Promise<readonly OpenGuest[]> {
    const records = await this.simulators.ask('records', undefined);
    const conversations = new Map(records.map(({ id, sessionId }) => [sessionId, id]));
    const guests = crowd.guests.map((guest) => ({
      ...guest,
      conversation: conversations.get(guest.id) ?? '',
    }));
    await this.act(
      guests.flatMap(({ conversation }) => [
        { conversation, kind: 'enqueue', queueId: QUEUES[0] } as const,
        { conversation, kind: 'join', userId: randomUUID() } as const,
      ]),
    );
    return guests;
  }

  /** Once a minute each guest sends a message and its agent another one; in between some are transferred and some end. */
  private async converse(crowd: GuestCrowd, guests: readonly OpenGuest[]): Promise<void> {
    const startedAt = performance.now();
    const underWay: Promise<void>[] = [];
    for (let second = 0; second < this.options.minutes * SECONDS; second += 1) {
      const live = guests.filter(({ id }) => !this.ends.has(id));
      /** Guests whose turn was that many seconds ago. */
      const sinceTurn = (ago: number): OpenGuest[] =>
        live.filter(({ id }) => (turnOf(id) + ago) % SECONDS === second % SECONDS);
      underWay.push(...sinceTurn(0).map((guest) => crowd.speak(guest, `Guest, at ${second}`)));
      await this.answer(sinceTurn(30), `Agent, at ${second}`);
      await this.act([...this.transfers(sinceTurn(15)), ...this.endings(sinceTurn(45))]);
      await delay(Math.max(0, (second + 1) * 1000 - (performance.now() - startedAt)));
    }
    await Promise.all(underWay);
  }

  private async answer(guests: readonly OpenGuest[], text: string): Promise<void> {
    for (const { id } of guests) this.fromAgents.set(id, [...(this.fromAgents.get(id) ?? []), text]);
    await this.act(guests.map(({ conversation }) => ({ conversation, kind: 'say', text })));
  }

  private transfers(guests: readonly OpenGuest[]): AgentAct[] {
    return guests
      .filter(() => Math.random() < TRANSFER_SHARE)
      .flatMap(({ conversation }) => [
        { conversation, kind: 'transfer', queueId: QUEUES[1] },
        { conversation, kind: 'join', userId: randomUUID() },
      ]);
  }

  /** Half a minute lies between the last message and an end: its webhook has arrived by then, also a late one. */
  private endings(guests: readonly OpenGuest[]): AgentAct[] {
    return guests
      .filter(() => Math.random() < END_SHARE)
      .flatMap(({ id, conversation }) => {
        const by = ENDS[this.ends.size % ENDS.length] ?? 'agent';
        this.ends.set(id, { by, at: Date.now() });
        return [
          { conversation, kind: 'end', by },
          { conversation, kind: 'wrap-up' },
        ] as const;
      });
  }

  private async act(acts: readonly AgentAct[]): Promise<void> {
    await this.simulators.ask('act', acts);
  }

  /** Resolves when no webhook is pending, and ends of the last second have had their time. */
  private async settle(): Promise<void> {
    const deadline = performance.now() + KNOWN_WITHIN_MS;
    while (performance.now() < deadline) {
      const { pendingWebhooks } = await this.simulators.ask('counts', undefined);
      const isLastKnown = [...this.ends.values()].every(({ at }) => Date.now() - at > 90_000);
      if (pendingWebhooks === 0 && isLastKnown) break;
      await delay(1_000);
    }
    await delay(SETTLING_MS);
  }

  private async checks(crowd: GuestCrowd, guests: readonly OpenGuest[]): Promise<Check[]> {
    const { simulators } = this;
    const records = await this.records(crowd, guests);
    const active = await crowd.activeIds();
    const others = guests.filter(({ id }) => !this.ends.has(id) && !active.has(id)).length;
    return [
      ...checkOpenMessages(records, crowd.spoken.filter(({ isAcknowledged }) => !isAcknowledged).length),
      ...checkOpenEvents(records, await simulators.ask('crmEvents', undefined)),
      ...checkOpenEnds(await this.knownEnds(crowd, guests), others),
      ...checkPlatform(await simulators.ask('counts', undefined)),
    ];
  }

  private async records(crowd: GuestCrowd, guests: readonly OpenGuest[]): Promise<OpenGuestRecord[]> {
    const conversations = await this.simulators.ask('records', undefined);
    const upstream = new Map(conversations.map((conversation) => [conversation.id, conversation]));
    const listed = await crowd.messages();
    const spoken = groupedById(crowd.spoken);
    return guests.map(({ id, conversation }) => ({
      id,
      upstream: upstream.get(conversation),
      spoken: (spoken.get(id) ?? []).map(({ text }) => text),
      fromAgent: this.fromAgents.get(id) ?? [],
      listed: listed.get(id) ?? [],
    }));
  }

  private async knownEnds(crowd: GuestCrowd, guests: readonly OpenGuest[]): Promise<KnownEnd[]> {
    const known: KnownEnd[] = [];
    for (const guest of guests) {
      const end = this.ends.get(guest.id);
      if (end !== undefined) known.push({ ...end, session: await crowd.read(guest) });
    }
    return known;
  }

  private report(checks: readonly Check[]): void {
    const { sessions } = this.options;
    console.log(
      heading(`${number(sessions)} sessions over Open Messaging, ${this.ends.size} ended on the way`),
    );
    console.log(this.stages.table);
    const rows = checks.map(({ what, found, holds }) => [what, found, holds ? 'yes' : 'NO']);
    console.log(`\n${tableOf(['check', 'found', 'passed'], rows)}`);
    console.log(`\n${describeLoad()}`);
  }
}

/** The second of each minute in which a guest speaks. */
function turnOf(id: string): number {
  return Number.parseInt(id.slice(0, 6), 16) % SECONDS;
}

function groupedById<T extends { readonly id: string }>(
  items: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(item.id, [...(groups.get(item.id) ?? []), item]);
  return groups;
}
