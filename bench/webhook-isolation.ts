import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../test/support/api-client';
import { keysOf, type TestCaller } from '../test/support/callers';
import { registerReceiver, webhookCallers } from '../test/support/webhook-callers';
import { WebhookLoad } from '../test/support/webhook-load';
import type { SimulatorCommands } from './children/simulators';
import {
  RECEIVER_KINDS,
  type ReceiverReport,
  type WebhookReceiverCommands,
} from './children/webhook-receivers';
import type { CommandedChild } from './support/commanded-child';
import { type DatabaseKind, measuredDatabases } from './support/databases';
import type { Check } from './support/guest-checks';
import { atRate } from './support/load';
import { describeLoad, describeMachine } from './support/machine';
import { runConcurrently } from './support/run-concurrently';
import { quantile } from './support/statistics';
import { startServiceWith, type Subject } from './support/subjects';
import { heading, number, tableOf } from './support/table';
import { Workspace } from './support/workspace';

export interface WebhookIsolationOptions {
  readonly minutes: number;
  readonly databases: readonly DatabaseKind[];
  readonly serverUrl: string | undefined;
}

const CALLERS = 64;
const PER_SECOND = 20;
const LIVES_MS = 2_000;
const WARM_UP_SECONDS = 10;
/** Share of the run in which every receiver is healthy, to compare with. */
const HEALTHY_SHARE = 0.25;
/** `session.connected`, `session.terminating` and `session.terminated`. */
const EVENTS_EACH = 3;
const DELIVERED_WITHIN_MS = 30_000;
const REGISTERED_AT_A_TIME = 8;
const POLL_MS = 100;
const HEAD = [
  'healthy webhooks, while',
  'events',
  ...['p50 ms', 'p95 ms', 'p99 ms', 'worst ms'],
  'CPU %',
  'loop p99 ms',
];
const P95_MS = 250;
/** Shares of the places in flight; see `SharedPlaces`. */
const SLOW_PLACES = 256;
const PLACES_OF_ONE = 8;

/**
 * Opens and ends sessions of callers with a healthy, a dead, a slow and a hostile webhook each, and prints how long the events take
 * to the healthy ones, before and after the others begin to misbehave. Returns whether all checks passed.
 */
export async function soakWebhookIsolation(options: WebhookIsolationOptions): Promise<boolean> {
  await using workspace = new Workspace(undefined);
  console.log(describeMachine(await workspace.folder()));
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const addresses = await simulators.ask('start', undefined);
  let isGood = true;
  for (const { name, server } of await measuredDatabases(workspace, options.databases, options.serverUrl)) {
    await simulators.ask('reset', undefined);
    const receivers = workspace.child<WebhookReceiverCommands>('webhook-receivers');
    const callers = webhookCallers(CALLERS);
    const service = await startServiceWith(workspace, addresses, server, {
      ...keysOf(...callers),
      METRICS_PUBLIC: 'true',
      WEBHOOKS_ALLOW_PRIVATE: 'true',
      CALLER_REQUESTS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
    });
    const soak = new WebhookIsolation(service, receivers, callers);
    isGood = (await soak.run(name, options.minutes * 60)) && isGood;
    await service.discard();
    await workspace.discard(receivers);
  }
  console.log(`\n${describeLoad()}`);
  return isGood;
}

class WebhookIsolation {
  private readonly origin: string;
  private readonly load: WebhookLoad;
  private readonly rows: string[][] = [];
  private lives = 0;

  constructor(
    private readonly service: Subject,
    private readonly receivers: CommandedChild<WebhookReceiverCommands>,
    private readonly callers: readonly TestCaller[],
  ) {
    this.origin = new URL(service.address).origin;
    this.load = new WebhookLoad([this.origin], callers);
  }

  async run(database: string, seconds: number): Promise<boolean> {
    await this.register();
    await this.stage('warm-up', WARM_UP_SECONDS);
    await this.stage('all healthy', seconds * HEALTHY_SHARE);
    await this.receivers.ask('misbehave', undefined);
    const healthy = await this.stage('the others bad', seconds * (1 - HEALTHY_SHARE));
    const checks = this.checks(healthy, await this.receivers.ask('report', 'slow'));
    this.print(database, checks);
    return checks.every(({ holds }) => holds);
  }

  private async register(): Promise<void> {
    const urls = await this.receivers.ask('start', CALLERS);
    for (const kind of RECEIVER_KINDS) {
      await runConcurrently(CALLERS, REGISTERED_AT_A_TIME, async (index) => {
        const api = new ApiClient(this.origin, this.callers[index]?.headers);
        await registerReceiver(api, urls[kind][index] ?? '', (secret) =>
          this.receivers.ask('expectSecret', { kind, index, secret }),
        );
      });
    }
  }

  /** Runs the load until the healthy webhooks have all of its events, or the time for them is over. */
  private async stage(name: string, seconds: number): Promise<ReceiverReport> {
    await this.service.loopDelayP99Ms();
    const cpuBefore = await this.service.cpuMicros();
    const startedAt = performance.now();
    await atRate(Math.round(seconds * PER_SECOND), PER_SECOND, () => {
      this.lives += 1;
      return this.load.live(this.lives, () => delay(LIVES_MS));
    });
    await this.untilAccepted(EVENTS_EACH * this.lives);
    const elapsedMicros = (performance.now() - startedAt) * 1000;
    const cpuShare = ((await this.service.cpuMicros()) - cpuBefore) / elapsedMicros;
    const loopDelay = await this.service.loopDelayP99Ms();
    const report = await this.receivers.ask('report', 'healthy');
    const ages = [0.5, 0.95, 0.99, 1].map((share) => number(quantile(report.agesMs, share)));
    this.rows.push([
      name,
      number(report.agesMs.length),
      ...ages,
      number(cpuShare * 100),
      number(loopDelay, 1),
    ]);
    return report;
  }

  private async untilAccepted(events: number): Promise<void> {
    const deadline = performance.now() + DELIVERED_WITHIN_MS;
    while (performance.now() < deadline && (await this.receivers.ask('accepted', 'healthy')) < events)
      await delay(POLL_MS);
  }

  private checks(healthy: ReceiverReport, slow: ReceiverReport): Check[] {
    const p95 = quantile(healthy.agesMs, 0.95);
    const missing = EVENTS_EACH * this.lives - healthy.acceptedEvents;
    return [
      { what: 'p95 of the healthy webhooks', found: `${number(p95)} ms`, holds: p95 < P95_MS },
      { what: 'events that a healthy webhook did not get', found: `${missing}`, holds: missing === 0 },
      {
        what: 'wrong signatures, bodies or sequences',
        found: [`${healthy.faults.length}`, ...healthy.faults.slice(0, 3)].join('; '),
        holds: healthy.faults.length === 0,
      },
      {
        what: 'deliveries in flight to slow webhooks, to one of them',
        found: `${slow.mostOpen}, ${slow.mostOpenAtOne}`,
        holds: slow.mostOpen <= SLOW_PLACES && slow.mostOpenAtOne <= PLACES_OF_ONE,
      },
    ];
  }

  private print(database: string, checks: readonly Check[]): void {
    console.log(heading(`Webhooks of ${CALLERS} callers on ${database}: ${PER_SECOND} sessions a second`));
    console.log(tableOf(HEAD, this.rows));
    const rows = checks.map(({ what, found, holds }) => [what, found, holds ? 'yes' : 'NO']);
    console.log(`\n${tableOf(['check', 'found', 'passed'], rows)}`);
  }
}
