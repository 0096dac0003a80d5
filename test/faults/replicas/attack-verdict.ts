import { mebibytes, type Reading } from './attack-readings';
import type { AttackWorld } from './attack-world';
import type { AttackFigures } from './attacks/attack-tally';
import type { NormalLoad } from './normal-load';

const P99_MS = 500;
/** Compiled code and bounded caches grow once; a leak for each request grows without limit. */
const HEAP_GROWTH_BYTES = 16 * 2 ** 20;
/** The allocator keeps free pages. */
const RESIDENT_GROWTH_BYTES = 96 * 2 ** 20;
/** Pooled connections that open and close. */
const RESOURCE_GROWTH = 25;
const RESOURCES = 'nodejs_active_resources';

export interface AttackOutcome {
  /**
   * Measurements of the normal load before the attack: a promise that it breaks itself was not broken by an attack.
   */
  readonly calm: NormalLoad;
  readonly load: NormalLoad;
  readonly figures: readonly AttackFigures[];
  readonly before: readonly Reading[];
  readonly after: readonly Reading[];
}

/** Returns the broken promises in words. */
export function attackFindings(
  world: AttackWorld,
  { calm, load, figures, before, after }: AttackOutcome,
): string[] {
  return [
    ...leaseFindings(world, after),
    ...loadFindings(calm).map(
      (finding) => `before the attack (the machine is too slow for the test): ${finding}`,
    ),
    ...loadFindings(load),
    ...figures.flatMap(({ findings }) => findings),
    ...world.logs.flatMap(({ leaks }) => leaks.map((message) => `a log line holds a secret: ${message}`)),
    ...after.flatMap((reading, index) => growth(`replica ${index + 1}`, before[index], reading)),
  ];
}

function leaseFindings({ logs, replicas }: AttackWorld, after: readonly Reading[]): string[] {
  const lost = after.reduce((sum, { page }) => sum + page.find('guest_sessions_lease_lost_total'), 0);
  return [
    ...(lost === 0 ? [] : [`${lost} leases were lost, as guest_sessions_lease_lost_total says`]),
    ...logs.flatMap(({ lostLeases }) => lostLeases.map((line) => `log line of a lost lease: ${line}`)),
    ...replicas.filter(({ isRunning }) => !isRunning).map(() => 'a replica has ended'),
  ];
}

function loadFindings({ openings, ends }: NormalLoad): string[] {
  const all = [
    { what: 'openings', times: openings, expected: ['201'] },
    { what: 'ends', times: ends, expected: ['200', '202'] },
  ];
  return all.flatMap(({ what, times, expected }) => {
    const p99 = times.percentileMs(99);
    return [
      ...(times.count > 0 ? [] : [`there were no ${what}`]),
      ...times.butFor(expected).map((outcome) => `${what} of the normal load were answered ${outcome}`),
      ...(p99 < P99_MS ? [] : [`p99 of the ${what} of the normal load is ${Math.round(p99)} ms`]),
    ];
  });
}

/** Whether a replica has as many sockets and timers as before, give or take pooled connections. */
export function hasNoMoreResources(before: Reading | undefined, after: Reading): boolean {
  return before === undefined || after.resources - before.resources < RESOURCE_GROWTH;
}

/** The types of resources of which there are more than before. */
function resourcesOf(before: Reading, after: Reading): string {
  const earlier = before.page.byLabels(RESOURCES);
  return [...after.page.byLabels(RESOURCES)]
    .map(([labels, count]) => [labels, count - (earlier.get(labels) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .map(([labels, more]) => `${more} ${labels}`)
    .join(', ');
}

function growth(name: string, before: Reading | undefined, after: Reading): string[] {
  if (before === undefined) return [`${name} was not measured before`];
  const heap = after.heapBytes - before.heapBytes;
  const resident = after.residentBytes - before.residentBytes;
  return [
    ...(heap < HEAP_GROWTH_BYTES ? [] : [`the heap of ${name} has grown by ${mebibytes(heap)}`]),
    ...(resident < RESIDENT_GROWTH_BYTES ? [] : [`${name} has grown by ${mebibytes(resident)}`]),
    ...(hasNoMoreResources(before, after)
      ? []
      : [
          `${name} has ${after.resources - before.resources} active resources more than before: ${resourcesOf(before, after)}`,
        ]),
  ];
}
