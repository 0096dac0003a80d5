import fc from 'fast-check';
import { World } from '../../src/world';
import { send } from '../support/raw-http';
import { expectToOpenSession, footprint, opening } from '../support/refusals';

let world: World;
beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error', SESSION_MAX_CONCURRENT: '1000000' } });
});
afterAll(async () => {
  await expectToOpenSession(world.url);
  await world[Symbol.asyncDispose]();
});

const wild = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -0,
    1,
    60,
    2700,
    2701,
    1e300,
    0.5,
    '',
    'de',
    'xx-',
    '\u0000',
    '\ud83d',
  ),
  fc.array(fc.constantFrom<unknown>('typing-indicator', 'read-receipts', 'x', 7, null), { maxLength: 5 }),
);
const nearlyRight = fc.record(
  {
    queueId: fc.oneof({ weight: 3, arbitrary: fc.constant('q-1') }, { weight: 1, arbitrary: wild }),
    name: wild,
    locale: wild,
    capabilities: wild,
    durationLimit: wild,
    channel: wild,
    extra: wild,
  },
  { requiredKeys: [] },
);

/**
 * Sends a body and returns the promise that its answer breaks, if any: either it opens one session and describes it,
 * or it opens none and names the errors.
 */
async function brokenPromise(body: string | Uint8Array): Promise<string | undefined> {
  const opened = (): number =>
    world.genesys.requests.count({ method: 'POST', path: '/api/v2/conversations/messaging' });
  const before = opened();
  const { status, headers, body: text } = await send(world.url, opening(body));
  const sent = opened() - before;
  const kept = status === 201 ? sent === 1 : sent === 0 && [400, 413].includes(status);
  const type = status === 201 ? 'application/json' : 'application/problem+json';
  return kept && headers['content-type']?.startsWith(type) === true
    ? undefined
    : `${status} after ${sent} requests upstream: ${text}`;
}

async function expectPromisesKept(bodies: fc.Arbitrary<string | Uint8Array>): Promise<void> {
  const property = fc.asyncProperty(bodies, async (body) => (await brokenPromise(body)) === undefined);
  await fc.assert(property, { numRuns: 200 });
}

describe('any body', () => {
  it('is accepted or refused when it is JSON', async () => {
    await expectPromisesKept(fc.json({ maxDepth: 6, stringUnit: 'binary' }));
  });

  it('is accepted or refused when it has the fields of a session with any values', async () => {
    await expectPromisesKept(nearlyRight.map((fields) => JSON.stringify(fields)));
  });

  it('is refused when it has random keys', async () => {
    const keys = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype)),
    );
    const bodies = fc
      .dictionary(keys, wild, { minKeys: 1 })
      .map((extra) => JSON.stringify({ queueId: 'q-1', ...extra }));
    const before = await footprint(world);

    await expectPromisesKept(bodies);

    expect((await footprint(world)).opened - before.opened).toBe(0);
  });

  it('is refused when it is random bytes', async () => {
    await expectPromisesKept(fc.uint8Array({ maxLength: 500 }));
  });

  it('is accepted or refused when one bit is flipped', async () => {
    const right = Buffer.from('{"queueId":"q-1","name":"Zoë","locale":"de-CH","durationLimit":60}');
    const flipped = fc.nat(right.length * 8 - 1).map((bit) => {
      const bytes = Buffer.from(right);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return bytes;
    });

    await expectPromisesKept(flipped);
  });
});
