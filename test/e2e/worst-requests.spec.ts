import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { World } from '../../src/world';
import { ApiDescription } from '../support/generated/api-description';
import { FuzzCallers } from '../support/generated/fuzz-callers';
import { plainRequest, type WorstRequest, worstRequestsFor } from '../support/generated/worst-requests';
import type { Json } from '../support/openapi-reader';
import { type Cost, WorkMeter } from '../support/work-meter';

const MAX_ANSWER_BYTES = 64 * 1024;
/** Maximum cost of a request, as a multiple of the cost of a plain refused request of the same size. */
const MAX_TIMES = 10;
/**
 * Costs below this are no excess: 10 plain requests take less time than a garbage collection or a burst of other
 * work.
 */
const ALLOWED_MS = 40;
/** The rest of the process adds to the cost, so a request's cost is the minimum over this many attempts. */
const ATTEMPTS = 20;
const WARM_UP = 40;
const SHOWN = 10;

const document = readFileSync(resolve(__dirname, '../../docs/openapi.json'), 'utf8');
const { operations } = new ApiDescription(JSON.parse(document) as Json);
const callers = new FuzzCallers();
const caller = callers.member('supervisor');
const plainMs = { body: 0, head: 0 };
const measured: (readonly [what: string, limitMs: number, cost: Cost])[] = [];

let world: World;
let meter: WorkMeter;

beforeAll(async () => {
  world = await World.start({
    webMessaging: true,
    environment: { ...callers.environment, CALLER_REQUESTS_PER_MINUTE: '1000000', LOG_LEVEL: 'error' },
  });
  meter = new WorkMeter(world.url);
  plainMs.body = await plainCost('body');
  plainMs.head = await plainCost('head');
});

afterAll(async () => {
  print();
  await meter[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Returns the minimum cost of a plain request, measured as that of a worst one. */
async function plainCost(kind: WorstRequest['kind']): Promise<number> {
  const costs: number[] = [];
  for (let sent = 0; sent < WARM_UP; sent += 1)
    costs.push((await meter.costOf(plainRequest(kind, caller))).cpuMs);
  return Math.min(...costs);
}

/** Returns the limits that a request exceeds. */
async function excessOf({ what, kind, request }: WorstRequest): Promise<string[]> {
  const limitMs = Math.max(MAX_TIMES * plainMs[kind], ALLOWED_MS);
  let cost = await meter.costOf(request);
  for (let attempt = 1; attempt < ATTEMPTS && cost.cpuMs > limitMs; attempt += 1) {
    const next = await meter.costOf(request);
    cost = { ...next, cpuMs: Math.min(cost.cpuMs, next.cpuMs) };
  }
  measured.push([what, limitMs, cost]);
  return [
    ...(cost.cpuMs > limitMs
      ? [`${what} costs ${cost.cpuMs.toFixed(1)} ms of CPU at least, of ${limitMs.toFixed(1)} ms`]
      : []),
    ...(cost.bytes > MAX_ANSWER_BYTES ? [`${what} is answered with ${cost.bytes} bytes`] : []),
    ...(cost.status >= 500 ? [`${what} is answered with ${cost.status}`] : []),
  ];
}

/** Prints the measurements, also when tests fail. */
function print(): void {
  const worst = [...measured].sort(([, , one], [, , other]) => other.cpuMs - one.cpuMs).slice(0, SHOWN);
  const largest = Math.max(0, ...measured.map(([, , { bytes }]) => bytes));
  const lines = worst.map(
    ([what, limitMs, { cpuMs, bytes }]) =>
      `  ${cpuMs.toFixed(1)} ms of ${limitMs.toFixed(1)} ms, ${bytes} bytes: ${what}`,
  );
  process.stdout.write(
    `${measured.length} worst requests; a plain one costs ${plainMs.body.toFixed(1)} ms of CPU with a body and ` +
      `${plainMs.head.toFixed(1)} ms without; the largest answer has ${largest} bytes\n${lines.join('\n')}\n`,
  );
}

describe('the worst requests of 64 kB', () => {
  it.each(operations.map(({ id }, at) => [id, at] as const))(
    'cost at most a bounded multiple of a plain request: %s',
    async (_id, at) => {
      const operation = operations[at];
      const requests = operation === undefined ? [] : worstRequestsFor(operation, caller, at);
      const excesses: string[] = [];
      for (const request of requests) {
        excesses.push(...(await excessOf(request)));
        if (excesses.length >= SHOWN) break;
      }
      expect(excesses).toEqual([]);
    },
  );

  it('cover every operation with parameters, and every list of a body', () => {
    expect(measured.length).toBeGreaterThan(1_000);
    for (const list of ['capabilities', 'buttonResponses', 'attachmentIds', 'attachments'])
      expect(measured.some(([what]) => what.endsWith(`list of empty objects at ${list}`))).toBe(true);
  });
});
