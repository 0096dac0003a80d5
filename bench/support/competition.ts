import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatorCommands, Simulators } from '../children/simulators';
import type { CommandedChild } from './commanded-child';
import type { DatabaseKind } from './databases';
import { type LoadResult, openSessions } from './load';
import type { Subject } from './subjects';
import type { Workspace } from './workspace';

/** A number of openings, and of concurrent requests for them. */
export interface Load {
  readonly concurrency: number;
  readonly count: number;
  /** The load is not for contestants on the other database. */
  readonly only?: DatabaseKind;
}

export interface Size {
  readonly rounds: number;
  readonly warmUp: number;
  readonly loads: readonly Load[];
}

export interface Measurement extends LoadResult {
  readonly concurrency: number;
  /** Share of the openings that were answered with 201. */
  readonly accepted: number;
  /** CPU time of the process for each of those until the CRM has received their events. */
  readonly cpuMillisEach: number;
  /** Share of the events that the CRM had received at the last opening's answer; absent if the contestant sends none. */
  readonly delivered: number | undefined;
}

export interface Contestant {
  readonly name: string;
  readonly database: DatabaseKind | undefined;
  /** Whether each opening sends an event to the CRM. */
  readonly delivers: boolean;
  readonly baseline: Contestant | undefined;
  readonly start: () => Promise<Subject>;
  /** In the order of the rounds. */
  readonly measurements: Measurement[];
}

const WARM_UP_CONCURRENCY = 16;
const POLL_MS = 20;
const DELIVERED_MS = 30_000;

export function contestant(
  name: string,
  start: () => Promise<Subject>,
  {
    database,
    delivers = true,
    baseline,
  }: Partial<Pick<Contestant, 'database' | 'delivers' | 'baseline'>> = {},
): Contestant {
  return { name, database, delivers, baseline, start, measurements: [] };
}

/** Runs all loads against each contestant in turn, in several rounds. */
export async function compete(
  workspace: Workspace,
  size: Size,
  contestantsAt: (addresses: Simulators) => readonly Contestant[],
): Promise<readonly Contestant[]> {
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const contestants = contestantsAt(await simulators.ask('start', undefined));
  for (let round = 0; round < size.rounds; round += 1) {
    for (const each of contestants) await measureRound(each, size, simulators);
  }
  await workspace.discard(simulators);
  return contestants;
}

/** The loads that a contestant gets. */
export function loadsOf({ database }: Contestant, { loads }: Size): readonly Load[] {
  return loads.filter(({ only }) => only === undefined || database === undefined || only === database);
}

/** Waits until the CRM has received this many events. */
export async function untilDelivered(
  simulators: CommandedChild<SimulatorCommands>,
  events: number,
): Promise<void> {
  const deadline = performance.now() + DELIVERED_MS;
  while ((await simulators.ask('counts', undefined)).events < events) {
    if (performance.now() > deadline) throw new Error(`The CRM got less than ${events} events`);
    await delay(POLL_MS);
  }
}

async function measureRound(
  each: Contestant,
  size: Size,
  simulators: CommandedChild<SimulatorCommands>,
): Promise<void> {
  await simulators.ask('reset', undefined);
  const subject = await each.start();
  let { opened } = await openSessions(subject, size.warmUp, WARM_UP_CONCURRENCY);
  if (each.delivers) await untilDelivered(simulators, opened);
  for (const { count, concurrency } of loadsOf(each, size)) {
    const cpuBefore = await subject.cpuMicros();
    const result = await openSessions(subject, count, concurrency);
    const { events } = await simulators.ask('counts', undefined);
    const delivered = each.delivers ? (events - opened) / result.opened : undefined;
    opened += result.opened;
    if (each.delivers) await untilDelivered(simulators, opened);
    const cpuMillisEach = ((await subject.cpuMicros()) - cpuBefore) / 1000 / result.opened;
    each.measurements.push({
      ...result,
      concurrency,
      accepted: result.opened / count,
      cpuMillisEach,
      delivered,
    });
  }
  await subject.discard();
}
