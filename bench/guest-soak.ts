import { setTimeout as delay } from 'node:timers/promises';
import { webMessagingEnvironment } from '../src/web-messaging-environment';
import type { UpstreamGuest, GuestSimulatorCommands } from './children/guest-simulators';
import type { SoakedServiceCommands } from './children/soaked-service';
import type { CommandedChild } from './support/commanded-child';
import { serviceEnvironment } from './support/environment';
import {
  type GuestRecords,
  type Check,
  checkEnd,
  checkLimits,
  checkMessages,
  checkSessions,
} from './support/guest-checks';
import { type Guest, GuestCrowd } from './support/guest-crowd';
import { LogTally } from './support/log-tally';
import { describeLoad, describeMachine } from './support/machine';
import { Stages } from './support/stages';
import { heading, number, tableOf } from './support/table';
import { Workspace } from './support/workspace';

export interface GuestSoakOptions {
  readonly sessions: number;
  readonly minutes: number;
  /** Share of the sockets that is cut in a minute. */
  readonly cutPercent: number;
}

const SECONDS = 60;
const CODES = [1001, 1006, 1011] as const;
/** Runs before the measurement: the first sessions pay for work that later ones reuse. */
const WARM_UP = 50;
/** Time-out for recovering from the last cuts and for the last deliveries to the CRM. */
const HEALING_MS = 180_000;
const SETTLING_MS = 5_000;

/**
 * Keeps many guest sockets for a while, cuts them continuously, sends messages over them, ends them, and prints the
 * cost and the checks. Returns whether all checks passed.
 */
export async function soakGuests(options: GuestSoakOptions): Promise<boolean> {
  await using workspace = new Workspace(undefined);
  console.log(describeMachine(await workspace.folder()));
  const simulators = workspace.child<GuestSimulatorCommands>('guest-simulators');
  const hosts = await simulators.ask('start', undefined);
  const environment = serviceEnvironment(hosts, {
    ...webMessagingEnvironment(hosts.genesysUrl),
    DATA_DIR: await workspace.folder(),
    GENESYS_CHANNEL: 'web-messaging',
    CRM_WEBHOOK_URL: hosts.crmUrl,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
    HEARTBEAT_MIN_INTERVAL_MS: '1000',
    HEARTBEAT_MAX_INTERVAL_MS: '30000',
    // A connection beyond the limit of a minute waits for the next minute.
    SESSION_OPEN_DEADLINE_MS: '300000',
    LOG_LEVEL: 'info',
  });
  const service = workspace.measured<SoakedServiceCommands>('soaked-service', environment);
  const url = await service.ask('start', undefined);
  return await new GuestSoak(options, service, simulators, url).run();
}

class GuestSoak {
  private readonly stages: Stages;
  private readonly fromAgents = new Map<string, string[]>();
  private readonly log = new LogTally();
  private cuts = 0;

  constructor(
    private readonly options: GuestSoakOptions,
    private readonly service: CommandedChild<SoakedServiceCommands>,
    private readonly simulators: CommandedChild<GuestSimulatorCommands>,
    private readonly url: string,
  ) {
    this.stages = new Stages(service, options.sessions);
  }

  async run(): Promise<boolean> {
    const { sessions, minutes } = this.options;
    await this.stages.run('warm-up', () => this.warmUp());
    this.service.hear((text) => {
      this.log.hear(text);
    });
    await using crowd = new GuestCrowd(this.url);
    await this.stages.run(`${number(sessions)} opened`, () => crowd.open(sessions));
    await this.stages.run(`${number(minutes)} minutes`, () => this.exchangeMessages(crowd));
    await this.stages.run('healed', () => this.untilAllAreConnected(crowd.guests.length));
    const checks = await this.checks(crowd);
    const ended = await this.stages.run('ended', () => crowd.end());
    checks.push(...checkEnd(crowd, ended, await this.crmEvents(2 * (sessions + WARM_UP))));
    this.report(checks);
    return checks.every(({ holds }) => holds);
  }

  private async warmUp(): Promise<void> {
    await using crowd = new GuestCrowd(this.url);
    await crowd.open(WARM_UP);
    await Promise.all(crowd.guests.map((guest) => crowd.speak(guest, 'Hello')));
    await crowd.end();
    await delay(SETTLING_MS);
  }

  /** Once a minute each guest sends a message, and an agent sends one to each guest. */
  private async exchangeMessages(crowd: GuestCrowd): Promise<void> {
    const startedAt = performance.now();
    const underWay: Promise<void>[] = [];
    for (let second = 0; second < this.options.minutes * SECONDS; second += 1) {
      const isTurn = (index: number, from: number): boolean => (index + from) % SECONDS === second % SECONDS;
      const speaking = crowd.guests.filter((_, index) => isTurn(index, 0));
      const listening = crowd.guests.filter((_, index) => isTurn(index, SECONDS / 2));
      underWay.push(...speaking.map((guest) => crowd.speak(guest, `Guest, at ${second}`)));
      await this.sayTo(listening, `Agent, at ${second}`);
      await this.cut(crowd.guests, second);
      await delay(Math.max(0, (second + 1) * 1000 - (performance.now() - startedAt)));
    }
    await Promise.all(underWay);
  }

  private async sayTo(guests: readonly Guest[], text: string): Promise<void> {
    for (const { token } of guests) this.fromAgents.set(token, [...(this.fromAgents.get(token) ?? []), text]);
    await this.simulators.ask(
      'say',
      guests.map(({ token }) => ({ token, text })),
    );
  }

  private async cut(guests: readonly Guest[], second: number): Promise<void> {
    const perSecond = (guests.length * this.options.cutPercent) / 100 / SECONDS;
    const many = Math.floor((second + 1) * perSecond) - Math.floor(second * perSecond);
    const chosen = Array.from({ length: many }, () => guests[Math.floor(Math.random() * guests.length)]);
    const cuts = chosen.flatMap((guest) => {
      const code = CODES[Math.floor(Math.random() * CODES.length)] ?? 1006;
      return guest === undefined ? [] : [{ token: guest.token, code }];
    });
    this.cuts += await this.simulators.ask('cut', cuts);
  }

  private async untilAllAreConnected(wanted: number): Promise<void> {
    const deadline = performance.now() + HEALING_MS;
    while (performance.now() < deadline) {
      const { openConnections } = await this.simulators.ask('counts', undefined);
      if (openConnections === wanted) break;
      await delay(1_000);
    }
    // Messages from the histories are still being stored.
    await delay(SETTLING_MS);
  }

  private async checks(crowd: GuestCrowd): Promise<Check[]> {
    const active = await crowd.activeIds();
    const upstream = new Map<string, UpstreamGuest>();
    for (const guest of await this.simulators.ask('records', undefined)) upstream.set(guest.token, guest);
    const records: GuestRecords = { upstream, listed: await crowd.messages(), fromAgents: this.fromAgents };
    return [
      ...checkSessions(this.options.sessions, crowd, active, records),
      ...checkMessages(crowd, records),
      ...checkLimits(records, await this.simulators.ask('counts', undefined)),
    ];
  }

  private async crmEvents(wanted: number): ReturnType<typeof this.simulators.ask<'crmEvents'>> {
    const deadline = performance.now() + HEALING_MS;
    for (;;) {
      const crmEvents = await this.simulators.ask('crmEvents', undefined);
      if (crmEvents.length >= wanted || performance.now() > deadline) return crmEvents;
      await delay(1_000);
    }
  }

  private report(checks: readonly Check[]): void {
    console.log(
      heading(`${number(this.options.sessions)} guest sockets, ${this.cuts} of them cut on the way`),
    );
    console.log(this.stages.table);
    console.log(`\nMost frequent log lines:\n${this.log.most(8).join('\n')}\n`);
    for (const line of this.log.blocks) console.log(`${line.replaceAll('\\n', '\n')}\n`);
    const rows = checks.map(({ what, found, holds }) => [what, found, holds ? 'yes' : 'NO']);
    console.log(tableOf(['check', 'found', 'passed'], rows));
    console.log(`\n${describeLoad()}`);
  }
}
