import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { SimulatorCommands } from './children/simulators';
import type { MemoryInUse, SoakedServiceCommands } from './children/soaked-service';
import { type GuestSoakOptions, soakGuests } from './guest-soak';
import { soakOpenMessaging } from './open-soak';
import { databasesNamed } from './options';
import type { CommandedChild } from './support/commanded-child';
import { serviceEnvironment } from './support/environment';
import { slopeOf } from './support/statistics';
import { Workspace } from './support/workspace';
import { soakWebhookIsolation, type WebhookIsolationOptions } from './webhook-isolation';
import { soakWebhookKills, type WebhookKillsOptions } from './webhook-kills';

const PER_SECOND = 50;
const LIVES_MS = 2_000;
/** The load stops before a sample until no session lives: requests in flight are not a leak, and hide one. */
const SAMPLE_EVERY_MS = 20_000;
/** Time-out for the last sessions' connections, deliveries and timers. */
const SETTLING_MS = 3_000;
/** The first samples show the warm-up of a process, not a leak. */
const WARM_UP_SHARE = 0.5;
const MIB = 1024 * 1024;

/** Names of guests with openings that the simulator spoils: with the rest of a hundred, five percent. */
const FAULTY_GUESTS = [
  'trouble-status',
  'trouble-reset',
  'trouble-garbage',
  'trouble-throttled',
  'trouble-delay',
];

type Sample = readonly [hours: number, memory: MemoryInUse];

interface Tally {
  opened: number;
  refused: number;
  ended: number;
}

/** Opens and ends sessions at a steady rate for a while and prints whether the service's memory stays constant. */
async function soak(minutes: number): Promise<void> {
  await using workspace = new Workspace(undefined);
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const hosts = await simulators.ask('start', undefined);
  await simulators.ask('spoil', FAULTY_GUESTS);
  const environment = serviceEnvironment(hosts, {
    DATA_DIR: await workspace.folder(),
    CRM_WEBHOOK_URL: hosts.crmUrl,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
    HEARTBEAT_MIN_INTERVAL_MS: '500',
    HEARTBEAT_MAX_INTERVAL_MS: '500',
    LOG_LEVEL: 'error',
  });
  const service = workspace.measured<SoakedServiceCommands>('soaked-service', environment);
  const url = await service.ask('start', undefined);
  const tally: Tally = { opened: 0, refused: 0, ended: 0 };
  const samples = await load(url, minutes * 60_000, tally, service);
  const { resources } = await service.ask('stop', undefined);
  report(samples, tally, resources);
}

async function load(
  url: string,
  forMs: number,
  tally: Tally,
  service: CommandedChild<SoakedServiceCommands>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const startedAt = performance.now();
  let count = 0;
  while (performance.now() - startedAt < forMs) {
    count = await loadFor(SAMPLE_EVERY_MS, url, count, tally);
    await delay(SETTLING_MS);
    const elapsedMs = performance.now() - startedAt;
    samples.push([elapsedMs / 3_600_000, await service.ask('memory', undefined)]);
  }
  return samples;
}

/** Opens and ends sessions until the time is up and the last one has ended; returns the number of the next one. */
async function loadFor(forMs: number, url: string, from: number, tally: Tally): Promise<number> {
  const lives = new Set<Promise<void>>();
  const startedAt = performance.now();
  let count = from;
  for (; performance.now() - startedAt < forMs; count += 1) {
    const life = live(url, count, tally).finally(() => lives.delete(life));
    lives.add(life);
    const dueMs = (count - from + 1) * (1000 / PER_SECOND);
    await delay(Math.max(0, dueMs - (performance.now() - startedAt)));
  }
  await Promise.all(lives);
  return count;
}

async function live(url: string, count: number, tally: Tally): Promise<void> {
  const name = count % 20 === 0 ? FAULTY_GUESTS[(count / 20) % FAULTY_GUESTS.length] : 'guest';
  const response = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ queueId: 'support', name }),
  });
  const { conversationId } = (await response.json()) as { conversationId?: string };
  if (response.status !== 201 || conversationId === undefined) {
    tally.refused += 1;
    return;
  }
  tally.opened += 1;
  await delay(LIVES_MS);
  const end = await fetch(`${url}/v1/sessions/${conversationId}`, { method: 'DELETE' });
  await end.arrayBuffer();
  if (end.ok) tally.ended += 1;
}

function report(samples: readonly Sample[], tally: Tally, resources: readonly string[]): void {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const slopeBy = (read: (memory: MemoryInUse) => number): string =>
    (slopeOf(warm.map(([hours, memory]) => [hours, read(memory)] as const)) / MIB).toFixed(2);
  const values = samples.map(([, { all }]) => all / MIB);
  console.log(`opened ${tally.opened}, refused ${tally.refused} (spoiled on purpose), ended ${tally.ended}`);
  console.log(`MiB after garbage collection: ${values.map((value) => value.toFixed(2)).join(' ')}`);
  console.log(
    `linear fit after warm-up, ${warm.length} samples: ${slopeBy(({ all }) => all)} MiB an hour, ` +
      `${slopeBy(({ all, code }) => all - code)} without compiled code`,
  );
  console.log(`left behind after the stop: ${resources.length === 0 ? 'nothing' : resources.join(', ')}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      channel: { type: 'string', default: 'conversations-messaging' },
      minutes: { type: 'string', default: '10' },
      sessions: { type: 'string', default: '2000' },
      'cut-percent': { type: 'string', default: '5' },
      webhooks: { type: 'string' },
      events: { type: 'string', default: '10000' },
      database: { type: 'string', multiple: true },
    },
  });
  const minutes = Number(values.minutes);
  const sizes = {
    minutes,
    sessions: Number(values.sessions),
    cutPercent: Number(values['cut-percent']),
  };
  if (values.webhooks === undefined) await soakChannel(values.channel, sizes);
  else {
    const databases = databasesNamed(values.database);
    await soakWebhooks(values.webhooks, { minutes, events: Number(values.events), databases });
  }
}

async function soakChannel(channel: string, sizes: GuestSoakOptions): Promise<void> {
  if (channel === 'web-messaging') exitBy(await soakGuests(sizes));
  else if (channel === 'open-messaging') exitBy(await soakOpenMessaging(sizes));
  else await soak(sizes.minutes);
}

async function soakWebhooks(
  name: string,
  options: Omit<WebhookIsolationOptions, 'serverUrl'> & WebhookKillsOptions,
): Promise<void> {
  const serverUrl = process.env['BENCH_DATABASE_URL'];
  if (name === 'isolation') exitBy(await soakWebhookIsolation({ ...options, serverUrl }));
  else if (name === 'kills') exitBy(await soakWebhookKills(options));
  else throw new Error(`--webhooks must be one of isolation, kills, not '${name}'`);
}

function exitBy(held: boolean): void {
  if (!held) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
