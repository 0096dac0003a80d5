import { ApiClient } from '../test/support/api-client';
import { aCaller, keysOf, type TestCaller } from '../test/support/callers';
import { registerReceiver } from '../test/support/webhook-callers';
import { WebhookReceiver } from '../test/support/webhook-receiver';
import type { SimulatorCommands } from './children/simulators';
import type { CommandedChild } from './support/commanded-child';
import { untilDelivered } from './support/competition';
import type { MeasuredDatabase } from './support/databases';
import { openSessions } from './support/load';
import { runConcurrently } from './support/run-concurrently';
import { medianOf } from './support/statistics';
import { type CountedSubject, startCountedService } from './support/subjects';
import { heading, number, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

interface Size {
  readonly webhooks: number;
  readonly rounds: number;
  readonly warmUp: number;
  readonly openings: number;
}

const FULL: Size = { webhooks: 1_000, rounds: 5, warmUp: 300, openings: 1_000 };
const QUICK: Size = { webhooks: 50, rounds: 2, warmUp: 30, openings: 100 };
const CONCURRENCY = 32;
const WEBHOOKS_OF_A_CALLER = 20;
const REGISTERED_AT_A_TIME = 4;

/** The idle webhooks of a service: those of other callers, or some of the caller that opens the sessions. */
interface Variant {
  readonly name: string;
  readonly webhooks: number;
  readonly isOfOpener: boolean;
}

interface Start extends Size {
  readonly variant: Variant;
  readonly receiver: WebhookReceiver;
}

interface Round {
  readonly perSecond: number;
  readonly statements: number;
  readonly commits: number;
}

interface Contender {
  readonly name: string;
  readonly service: CountedSubject;
  readonly rounds: Round[];
}

/** Measures openings beside webhooks that get none of their events, against openings without any webhook. */
export async function measureIdleWebhooks(
  workspace: Workspace,
  quick: boolean,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  const size = quick ? QUICK : FULL;
  const simulators = workspace.child<SimulatorCommands>('simulators');
  await using receiver = await WebhookReceiver.start();
  const rows: string[][] = [];
  for (const database of databases) {
    await simulators.ask('reset', undefined);
    const contenders: Contender[] = [];
    for (const variant of variantsOf(size))
      contenders.push(await startWith(workspace, simulators, database, { ...size, variant, receiver }));
    await compete(contenders, simulators, size);
    rows.push(...contenders.map(rowOf));
    for (const { service } of contenders) await service.discard();
  }
  await workspace.discard(simulators);
  return [
    heading('Openings beside idle webhooks'),
    `${size.rounds} rounds, alternating between services that run at the same time: ${number(size.openings)} openings with ${CONCURRENCY} in flight each; medians.`,
    'Idle: verified, and subscribed to no event of these sessions. Statements and commits are counted at the driver until',
    'the CRM has received all events, which slows the openings, and divided by the number of openings.',
    '',
    tableOf(['', 'opened/s', 'statements', 'commits'], rows),
  ].join('\n');
}

function variantsOf({ webhooks }: Size): Variant[] {
  return [
    { name: 'no webhook', webhooks: 0, isOfOpener: false },
    { name: 'one idle', webhooks: 1, isOfOpener: false },
    { name: `${number(webhooks)} idle`, webhooks, isOfOpener: false },
    { name: `${WEBHOOKS_OF_A_CALLER} idle of the caller`, webhooks: WEBHOOKS_OF_A_CALLER, isOfOpener: true },
  ];
}

async function startWith(
  workspace: Workspace,
  simulators: CommandedChild<SimulatorCommands>,
  { name, server }: MeasuredDatabase,
  { variant, receiver, webhooks }: Start,
): Promise<Contender> {
  const opener = aCaller('opener');
  // The same callers in each variant: the share of a caller costs more than the absence of others.
  const count = Math.ceil(webhooks / WEBHOOKS_OF_A_CALLER);
  const others = Array.from({ length: count }, (_, index) => aCaller(`caller-${index}`));
  const service = await startCountedService(workspace, await simulators.ask('start', undefined), server, {
    ...keysOf(opener, ...others),
    CALLER_REQUESTS_PER_MINUTE: '1000000',
    WEBHOOKS_ALLOW_PRIVATE: 'true',
    WEBHOOKS_MAX_PER_CALLER: String(WEBHOOKS_OF_A_CALLER),
  });
  const owners = variant.isOfOpener ? [opener] : others;
  await runConcurrently(variant.webhooks, REGISTERED_AT_A_TIME, (index) =>
    registerIdle(service, owners[index % owners.length], receiver),
  );
  const target = { ...service, headers: () => opener.headers };
  return { name: `${name}, ${variant.name}`, service: target, rounds: [] };
}

async function registerIdle(
  { address }: CountedSubject,
  caller: TestCaller | undefined,
  receiver: WebhookReceiver,
): Promise<void> {
  const api = new ApiClient(new URL(address).origin, caller?.headers);
  // The secrets differ, but of test events only the answer matters.
  await registerReceiver(api, receiver.url, () => undefined, ['assignment.*']);
}

async function compete(
  contenders: readonly Contender[],
  simulators: CommandedChild<SimulatorCommands>,
  { rounds, warmUp, openings }: Size,
): Promise<void> {
  let delivered = 0;
  const open = async ({ service }: Contender, count: number): Promise<Round> => {
    const before = await service.counts();
    const { opened, perSecond } = await openSessions(service, count, CONCURRENCY);
    delivered += opened;
    await untilDelivered(simulators, delivered);
    const after = await service.counts();
    const each = (key: keyof typeof after): number => (after[key] - before[key]) / opened;
    return { perSecond, statements: each('statements'), commits: each('commits') };
  };
  for (const contender of contenders) await open(contender, warmUp);
  for (let round = 0; round < rounds; round += 1)
    for (const contender of contenders) contender.rounds.push(await open(contender, openings));
}

function rowOf({ name, rounds }: Contender): string[] {
  return [
    name,
    number(medianOf(rounds, ({ perSecond }) => perSecond)),
    number(
      medianOf(rounds, ({ statements }) => statements),
      2,
    ),
    number(
      medianOf(rounds, ({ commits }) => commits),
      2,
    ),
  ];
}
