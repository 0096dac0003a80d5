import { World } from '../../src/world';
import { send } from '../support/raw-http';
import { expectProblem, expectToOpenSession, expectUnchanged, footprint, opening } from '../support/refusals';

const REQUIRED = ['typing-indicator', 'read-receipts'];
const FIELDS = ['queueId', 'name', 'locale', 'capabilities', 'durationLimit', 'channel'];

let world: World;
beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
});
afterAll(async () => {
  await expectToOpenSession(world.url);
  await world[Symbol.asyncDispose]();
});

const bodyWith = (fields: Record<string, unknown>): string => JSON.stringify({ queueId: 'q-1', ...fields });

/** Sends a body that must be refused and returns each error as `#/pointer code`. */
async function refusalsOf(body: string): Promise<string[]> {
  const before = await footprint(world);
  const answer = await send(world.url, opening(body));
  const { errors = [] } = expectProblem(answer, 400, 'validation-failed');
  await expectUnchanged(world, before);
  expect(errors.every(({ detail }) => detail.length > 0)).toBe(true);
  return errors.map(({ pointer, code }) => `${pointer} ${code}`);
}

async function accepted(fields: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await send(world.url, opening(bodyWith(fields)));
  expect([answer.status, answer.body]).toEqual([201, expect.any(String)]);
  return JSON.parse(answer.body) as Record<string, unknown>;
}

describe('queueId', () => {
  it.each<[string, string, string]>([
    ['absent', '{}', 'required'],
    ['null', '{"queueId":null}', 'type'],
    ['a number', '{"queueId":7}', 'type'],
    ['a list', '{"queueId":["q-1"]}', 'type'],
    ['an object', '{"queueId":{"id":"q-1"}}', 'type'],
    ['true', '{"queueId":true}', 'type'],
    ['empty', '{"queueId":""}', 'format'],
    ['blank', '{"queueId":"   "}', 'format'],
    ['with a space', '{"queueId":"q 1"}', 'format'],
    ['with a line break', '{"queueId":"q-1\\n"}', 'format'],
    ['with an escape character', '{"queueId":"q\\u001b[2J"}', 'format'],
    ['with letters beyond ASCII', '{"queueId":"q\\u00e4"}', 'format'],
    ['of 129 characters', JSON.stringify({ queueId: 'q'.repeat(129) }), 'format'],
  ])('is refused when it is %s', async (_, body, code) => {
    expect(await refusalsOf(body)).toEqual([`#/queueId ${code}`]);
  });

  it('may have 128 visible characters', async () => {
    expect(await accepted({ queueId: '~'.repeat(128) })).toMatchObject({ queueId: '~'.repeat(128) });
  });
});

describe('name', () => {
  it.each<[string, unknown, string]>([
    ['a number', 7, 'type'],
    ['false', false, 'type'],
    ['a list', ['Ann'], 'type'],
    ['an object', { first: 'Ann' }, 'type'],
    ['empty', '', 'required'],
    ['with a line break', 'Ann\nAdmin', 'format'],
    ['with a tabulator', 'Ann\tAdmin', 'format'],
    ['with a terminal escape', 'Ann\u001b[31m', 'format'],
    ['with a C1 control character', 'Ann\u0085', 'format'],
    ['with a right-to-left override', 'Ann\u202egpj.exe', 'format'],
    ['with a right-to-left mark', 'Ann\u200f', 'format'],
    ['with an isolate', 'Ann\u2066', 'format'],
    ['with a line separator', 'Ann\u2028', 'format'],
    ['of 129 characters', 'a'.repeat(129), 'too-long'],
    ['of 10,000 characters', 'a'.repeat(10_000), 'too-long'],
    ['of 129 emoji', '👩‍👩‍👧‍👦'.repeat(129), 'too-long'],
    ['one letter under 10,000 accents', `a${'\u0301'.repeat(10_000)}`, 'too-long'],
  ])('is refused when it is %s', async (_, name, code) => {
    expect(await refusalsOf(bodyWith({ name }))).toEqual([`#/name ${code}`]);
  });

  it.each([
    ['128 letters', 'a'.repeat(128)],
    ['128 emoji', '👩‍👩‍👧‍👦'.repeat(128)],
    ['another script', 'محمد 王小明'],
    ['markup', '<script>alert(1)</script>'],
    ['SQL', "'); DROP TABLE sessions; --"],
    ['the name of a default property', 'toString'],
  ])('may be %s', async (_, name) => {
    expect(await accepted({ name })).toMatchObject({ name });
  });
});

describe('locale', () => {
  it.each<[string, unknown, string]>([
    ['a number', 7, 'type'],
    ['a list', ['en-US'], 'type'],
    ['empty', '', 'format'],
    ['unfinished', 'xx-', 'format'],
    ['written with an underscore', 'en_US', 'format'],
    ['a word', 'english language', 'format'],
    ['two tags', 'en,de', 'format'],
    ['a weight', 'en;q=0.5', 'format'],
    ['a wildcard', '*', 'format'],
    ['of 300 characters', 'en'.padEnd(300, '-abcdefgh'), 'format'],
    ['with a line break', 'en-US\n', 'format'],
  ])('is refused when it is %s', async (_, locale, code) => {
    expect(await refusalsOf(bodyWith({ locale }))).toEqual([`#/locale ${code}`]);
  });

  it.each(['de', 'zh-Hant-TW', 'de-CH-1996', 'es-419'])('may be %s', async (locale) => {
    expect(await accepted({ locale })).toMatchObject({ locale });
  });
});

describe('capabilities', () => {
  it.each<[string, unknown, string]>([
    ['a text', 'typing-indicator', 'type'],
    ['a list in a text', '["typing-indicator","read-receipts"]', 'type'],
    ['a number', 2, 'type'],
    ['an object', { 0: 'typing-indicator', 1: 'read-receipts', length: 2 }, 'type'],
    ['of numbers', [...REQUIRED, 1], 'type'],
    ['of lists', [REQUIRED], 'type'],
    ['of nothing', [...REQUIRED, null], 'type'],
    ['holding one twice', [...REQUIRED, 'read-receipts'], 'duplicate'],
    ['longer than 32', [...REQUIRED, ...Array.from({ length: 31 }, (_, i) => `c-${i}`)], 'too-long'],
    ['empty', [], 'capability-mismatch'],
    ['without one that is required', ['read-receipts'], 'capability-mismatch'],
    ['in another case', ['Typing-Indicator', ...REQUIRED], 'format'],
    ['holding an empty text', [...REQUIRED, ''], 'format'],
  ])('are refused when they are %s', async (_, capabilities, code) => {
    expect(await refusalsOf(bodyWith({ capabilities }))).toEqual([`#/capabilities ${code}`]);
  });

  it('are refused with the names of missing ones', async () => {
    const detailOf = async (capabilities: string[]): Promise<string | undefined> => {
      const answer = await send(world.url, opening(bodyWith({ capabilities })));
      return expectProblem(answer, 400, 'validation-failed').errors?.[0]?.detail;
    };

    expect(await detailOf(['read-receipts', 'file-transfer'])).toBe('must contain typing-indicator');
    expect(await detailOf([])).toBe('must contain typing-indicator and read-receipts');
  });

  it('may be more than the required ones', async () => {
    const capabilities = ['file-transfer', ...REQUIRED];

    expect(await accepted({ capabilities })).toMatchObject({ capabilities });
  });
});

describe('durationLimit', () => {
  it.each<[string, string, string]>([
    ['a text', '"abc"', 'type'],
    ['a number in a text', '"60"', 'type'],
    ['true', 'true', 'type'],
    ['a list', '[60]', 'type'],
    ['an object', '{}', 'type'],
    ['beyond any number', '1e400', 'type'],
    ['a fraction', '0.001', 'type'],
    ['nearly whole', '59.5', 'type'],
    ['zero', '0', 'out-of-range'],
    ['minus zero', '-0', 'out-of-range'],
    ['negative', '-1', 'out-of-range'],
    ['above the limit', '2701', 'out-of-range'],
    ['above what a timer can wait', '2147483648', 'out-of-range'],
    ['above every safe integer', '1e20', 'out-of-range'],
  ])('is refused when it is %s', async (_, durationLimit, code) => {
    const body = `{"queueId":"q-1","durationLimit":${durationLimit}}`;

    expect(await refusalsOf(body)).toEqual([`#/durationLimit ${code}`]);
  });

  it.each([1, 2700])('may be %i seconds', async (durationLimit) => {
    expect(await accepted({ durationLimit })).toMatchObject({ durationLimit });
  });
});

describe('channel', () => {
  it.each<[string, unknown, string]>([
    ['unknown', 'carrier-pigeon', 'out-of-range'],
    ['empty', '', 'out-of-range'],
    ['the name of a default property', 'constructor', 'out-of-range'],
    ['a list', ['conversations-messaging'], 'type'],
    ['a number', 1, 'type'],
  ])('is refused when it is %s', async (_, channel, code) => {
    expect(await refusalsOf(bodyWith({ channel }))).toEqual([`#/channel ${code}`]);
  });
});

describe('the whole request', () => {
  it.each(FIELDS)('is refused when %s is null instead of absent', async (field) => {
    expect(await refusalsOf(bodyWith({ [field]: null }))).toEqual([`#/${field} type`]);
  });

  it.each(['nme', 'queueid', 'QueueId', 'guestIdToken', 'toString', 'hasOwnProperty', 'a/b~c', ''])(
    'is refused with the unknown field %j',
    async (field) => {
      const pointer = field.replaceAll('~', '~0').replaceAll('/', '~1');

      expect(await refusalsOf(bodyWith({ [field]: 'x' }))).toEqual([`#/${pointer} unknown-field`]);
    },
  );

  it('is refused with all of its errors at once, without the sent values', async () => {
    const body = JSON.stringify({ name: '', locale: 'canary_1234', durationLimit: 0, extra: 1 });

    expect((await refusalsOf(body)).sort()).toEqual([
      '#/durationLimit out-of-range',
      '#/extra unknown-field',
      '#/locale format',
      '#/name required',
      '#/queueId required',
    ]);
    expect((await send(world.url, opening(body))).body).not.toContain('canary');
  });
});
