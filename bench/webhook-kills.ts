import { join } from 'node:path';
import { keysOf } from '../test/support/callers';
import { flawed } from '../test/support/flawed-answers';
import { freePort } from '../test/support/free-port';
import { ProcessWorld } from '../test/support/process-world';
import { SeededRandom } from '../test/support/seeded-random';
import { ServiceStorages } from '../test/support/service-storage';
import { waitFor } from '../test/support/wait-for';
import {
  acceptedBy,
  closeReceivers,
  receiversOf,
  type WebhookCaller,
  webhookCallers,
  withWebhooks,
} from '../test/support/webhook-callers';
import { untoldTo, WebhookLoad } from '../test/support/webhook-load';
import { ReplicaWorld } from '../test/faults/replicas/replica-world';
import type { DatabaseKind } from './support/databases';
import type { Check } from './support/guest-checks';
import { describeLoad } from './support/machine';
import { runConcurrently } from './support/run-concurrently';
import { heading, number, tableOf } from './support/table';

export interface WebhookKillsOptions {
  /** Approximate number of deliveries. */
  readonly events: number;
  readonly databases: readonly DatabaseKind[];
}

const CALLERS = 100;
const WEBHOOKS_EACH = 2;
/** `session.connected`, `session.terminating` and `session.terminated`. */
const EVENTS_EACH = 3;
const SESSIONS_AT_A_TIME = 16;
const FLAWED_SHARE = 0.03;
const KILLS = 2;
/** The claims of a killed process, and its lease, have to expire. */
const DELIVERED_WITHIN_MS = 300_000;
const ENTRY = join(__dirname, '..', 'src', 'main.js');

/** The service in the run: its addresses, and its kills. */
interface Victim extends AsyncDisposable {
  readonly name: string;
  readonly urls: readonly string[];
  kill(): Promise<void>;
}

/**
 * Delivers events through 200 webhooks, 3 % of whose answers are errors, resets or refusals, while the service is killed
 * twice; then the same with three replicas, two of which are killed. Prints the checks, and returns whether all passed.
 */
export async function soakWebhookKills({ events, databases }: WebhookKillsOptions): Promise<boolean> {
  const random = new SeededRandom();
  console.log(`CRASH_SEED=${random.seed}`);
  const callers = webhookCallers(CALLERS);
  const environment = {
    ...keysOf(...callers),
    CALLER_REQUESTS_PER_MINUTE: '1000000',
    SESSION_MAX_CONCURRENT: '10000',
    SESSION_OPEN_DEADLINE_MS: '3000',
    SYNC_FIRST_RETRY_MS: '200',
    SYNC_PROBE_INTERVAL_MS: '1000',
    WEBHOOKS_ALLOW_PRIVATE: 'true',
  };
  const starts = [
    ...databases.map((kind) => () => startOne(kind, environment)),
    ...(databases.includes('postgres') ? [() => startThree(environment)] : []),
  ];
  let isGood = true;
  for (const start of starts) {
    await using victim = await start();
    const registered = await withWebhooks(victim.urls[0] ?? '', callers, WEBHOOKS_EACH);
    const load = new WebhookLoad(victim.urls, callers);
    isGood = (await new WebhookKills(victim, registered, load, random).run(events)) && isGood;
    await closeReceivers(registered);
  }
  console.log(`\n${describeLoad()}`);
  return isGood;
}

class WebhookKills {
  constructor(
    private readonly victim: Victim,
    private readonly callers: readonly WebhookCaller[],
    private readonly load: WebhookLoad,
    private readonly random: SeededRandom,
  ) {}

  async run(events: number): Promise<boolean> {
    for (const receiver of receiversOf(this.callers)) receiver.answer = flawed(this.random, FLAWED_SHARE);
    const sessions = Math.ceil(events / (EVENTS_EACH * WEBHOOKS_EACH));
    const startedAt = performance.now();
    const lives = runConcurrently(sessions, SESSIONS_AT_A_TIME, (index) => this.load.live(index));
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const share = kill / (KILLS + 1);
      await waitFor(() => {
        this.assertAccepted(share * events);
      }, DELIVERED_WITHIN_MS);
      await this.victim.kill();
    }
    await lives;
    const ended = await this.load.over();
    const missing = await this.missingOf(ended);
    const tookMs = performance.now() - startedAt;
    return this.report(missing, ended.flat().length, tookMs);
  }

  private assertAccepted(events: number): void {
    if (acceptedBy(this.callers) < events) throw new Error(`Fewer than ${events} events were accepted.`);
  }

  /** Resolves with what is missing once nothing is, or when the time for it is over. */
  private async missingOf(ended: Awaited<ReturnType<WebhookLoad['over']>>): Promise<readonly string[]> {
    const missing = (): readonly string[] => untoldTo(this.callers, ended);
    await waitFor(() => {
      if (missing().length > 0) throw new Error('Events are missing.');
    }, DELIVERED_WITHIN_MS).catch(() => undefined);
    return missing();
  }

  private report(missing: readonly string[], sessions: number, tookMs: number): boolean {
    const journals = receiversOf(this.callers).map(({ journal }) => journal);
    const sum = (read: (journal: (typeof journals)[number]) => number): number =>
      journals.reduce((total, journal) => total + read(journal), 0);
    const faults = journals.flatMap((journal) => journal.faults);
    const checks: Check[] = [
      noneOf('events lost: conversations that a webhook was not told to the end', missing),
      noneOf('wrong signatures, changed bodies, gaps and events out of order', faults),
    ];
    const accepted = acceptedBy(this.callers);
    const repeats = sum((journal) => journal.repeats);
    console.log(heading(this.victim.name));
    console.log(
      `${number(sessions)} sessions, ${number(accepted)} events accepted by ${journals.length} webhooks in ${number(tookMs / 1000)} s;\n` +
        `${number(sum(({ attempts }) => attempts))} attempts, ${number(repeats)} repeats of accepted events`,
    );
    const rows = checks.map(({ what, found, holds }) => [what, found, holds ? 'yes' : 'NO']);
    console.log(`\n${tableOf(['check', 'found', 'passed'], rows)}`);
    return checks.every(({ holds }) => holds);
  }
}

function noneOf(what: string, findings: readonly string[]): Check {
  return {
    what,
    found: [String(findings.length), ...findings.slice(0, 3)].join('; '),
    holds: findings.length === 0,
  };
}

async function startOne(kind: DatabaseKind, environment: Record<string, string>): Promise<Victim> {
  const storages = new ServiceStorages();
  const name = kind === 'sqlite' ? 'SQLite' : 'PostgreSQL';
  const storage = await storages.create(name);
  const world = await ProcessWorld.start(storage, {
    entry: ENTRY,
    environment: { ...environment, PORT: String(await freePort()) },
  });
  return {
    name: `One process on ${name}, killed ${KILLS} times`,
    urls: [world.service.url],
    kill: () => world.restart(),
    [Symbol.asyncDispose]: async () => {
      await world.stop();
      await storage.remove();
      await storages.stop();
    },
  };
}

async function startThree(environment: Record<string, string>): Promise<Victim> {
  const world = await ReplicaWorld.start({ entry: ENTRY, environment });
  return {
    name: `Three replicas on PostgreSQL, ${KILLS} of which are killed`,
    urls: world.replicas.map(({ url }) => url),
    kill: async () => {
      await world.up[0]?.kill();
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
