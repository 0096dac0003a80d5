import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { World } from '../../src/world';
import { ApiDescription } from '../support/generated/api-description';
import type { Json } from '../support/openapi-reader';
import { type RawRequest, send } from '../support/raw-http';
import { expectProblem, expectToOpenSession, expectUnchanged, opening } from '../support/refusals';

const DOCUMENT = JSON.parse(readFileSync(resolve(__dirname, '../../docs/openapi.json'), 'utf8')) as Json;

const QUEUE = '"queueId":"q-1"';

let world: World;
beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
});
afterAll(async () => {
  await expectUnchanged(world);
  await expectToOpenSession(world.url);
  await world[Symbol.asyncDispose]();
});

const nested = (depth: number): string => `{${QUEUE},"name":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const manyKeys = (count: number): string =>
  `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join()}}`;
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('a body that is not valid JSON', () => {
  it.each<[string, string | Uint8Array]>([
    ['plain words', 'queueId=q-1'],
    ['nothing', ''],
    ['white space', ' \n '],
    ['a truncated object', `{${QUEUE}`],
    ['a truncated text', '{"queueId":"q'],
    ['a trailing comma', `{${QUEUE},}`],
    ['a comment', `{${QUEUE}/* */}`],
    ['single quotes', "{'queueId':'q-1'}"],
    ['two values', `{${QUEUE}}{}`],
    ['NaN', `{${QUEUE},"durationLimit":NaN}`],
    ['Infinity', `{${QUEUE},"durationLimit":Infinity}`],
    ['a hexadecimal number', `{${QUEUE},"durationLimit":0x10}`],
    ['a number with a leading zero', `{${QUEUE},"durationLimit":010}`],
    ['a raw control character in a text', `{"queueId":"q\n1"}`],
    ['33 levels', nested(32)],
    ['20,000 levels', nested(20_000)],
    ['201 keys', manyKeys(201)],
    ['1,001 values', `{${QUEUE},"capabilities":[${'1,'.repeat(998)}1]}`],
    ['a key twice', `{${QUEUE},${QUEUE}}`],
    ['a key twice, once escaped', `{${QUEUE},"\\u0071ueueId":"q-2"}`],
    ['a key twice within a value', `{${QUEUE},"name":{"a":1,"a":2}}`],
    ['an escaped NUL in a value', '{"queueId":"q\\u0000"}'],
    ['an escaped NUL in a key', `{${QUEUE},"a\\u0000":1}`],
    ['a raw NUL in a text', bytes('{"queueId":"q', [0], '"}')],
    ['a raw NUL behind the object', bytes(`{${QUEUE}}`, [0])],
    ['a high surrogate without its other half', `{${QUEUE},"name":"\\ud83d"}`],
    ['a low surrogate without its other half', `{${QUEUE},"name":"\\ude00"}`],
    ['surrogates in the wrong order', `{${QUEUE},"name":"\\ude00\\ud83d"}`],
    ['half a surrogate pair in a key', `{${QUEUE},"\\ud83d":1}`],
    ['half a surrogate pair deep in a list', `{${QUEUE},"capabilities":["\\ud83d"]}`],
    ['the bytes of a surrogate', bytes(`{${QUEUE},"name":"`, [0xed, 0xa0, 0x80], '"}')],
    ['a byte that is not UTF-8', bytes(`{${QUEUE},"name":"`, [0xff], '"}')],
    ['an overlong slash', bytes(`{${QUEUE},"name":"`, [0xc0, 0xaf], '"}')],
    ['a truncated UTF-8 sequence', bytes(`{${QUEUE},"name":"`, [0xf0, 0x9f, 0x98], '"}')],
    ['Latin-1 text', Buffer.from(`{${QUEUE},"name":"Jos\xe9"}`, 'latin1')],
    ['UTF-16', Buffer.from(`{${QUEUE}}`, 'utf16le')],
    ['a byte order mark', `\ufeff{${QUEUE}}`],
  ])('is refused: %s', async (_, body) => {
    expectProblem(await send(world.url, opening(body)), 400, 'malformed-json');
  });

  it('is refused when it is absent', async () => {
    const json = { 'content-type': 'application/json' };
    expectProblem(await send(world.url, { method: 'POST' }), 400, 'malformed-json');
    expectProblem(await send(world.url, { method: 'POST', headers: json }), 400, 'malformed-json');
    const chunked = { ...json, 'transfer-encoding': 'chunked' };
    const empty = await send(world.url, { method: 'POST', headers: chunked, body: '0\r\n\r\n' });
    expectProblem(empty, 400, 'malformed-json');
  });
});

describe('a route without a body', () => {
  const bodiless = new ApiDescription(DOCUMENT).operations
    .filter(({ method, body, takesFile }) => method !== 'GET' && body === undefined && !takesFile)
    .map(({ id, method, path }) => ({ id, method, path: path.replaceAll(/\{\w+\}/g, 'some-id') }));
  const CHUNKED = { 'transfer-encoding': 'chunked' };

  it('is every changing route without parameters in a body', () => {
    expect(bodiless.map(({ id }) => id)).toEqual(expect.arrayContaining(['sessionEnd', 'sinksTest']));
  });

  it.each(bodiless)('answers an empty body of any type like an absent one: $id', async ({ method, path }) => {
    const answerTo = async (headers: Readonly<Record<string, string>>, body?: string): Promise<unknown> => {
      const answer = await send(world.url, { method, path, headers, body });
      const { code } = JSON.parse(answer.body === '' ? '{}' : answer.body) as { code?: unknown };
      return [answer.status, code];
    };
    const bare = await answerTo({});

    expect(bare).not.toEqual([400, 'malformed-json']);
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'json', '']) {
      const typed = { 'content-type': type };
      expect(await answerTo(typed)).toEqual(bare);
      expect(await answerTo(typed, '')).toEqual(bare);
      expect(await answerTo({ ...typed, ...CHUNKED }, '0\r\n\r\n')).toEqual(bare);
    }
    expect(await answerTo(CHUNKED, '0\r\n\r\n')).toEqual(bare);
    expect(await answerTo({ 'content-encoding': 'gzip' }, '')).toEqual(bare);
  });

  it.each(bodiless)('refuses an unreadable body: $id', async ({ method, path }) => {
    const json = { 'content-type': 'application/json' };
    expectProblem(await send(world.url, { method, path, headers: json, body: '{' }), 400, 'malformed-json');
    for (const headers of [{ 'content-type': 'text/plain' }, {}])
      for (const [body, framing] of [
        ['{}', {}],
        ['2\r\n{}\r\n0\r\n\r\n', CHUNKED],
      ] as const) {
        const answer = await send(world.url, { method, path, headers: { ...headers, ...framing }, body });
        expectProblem(answer, 415, 'unsupported-media-type');
      }
  });
});

describe('a route with a body', () => {
  it.each(['application/json', 'application/x-www-form-urlencoded', 'json'])(
    'refuses an empty one as empty: %s',
    async (type) => {
      const { detail } = expectProblem(
        await send(world.url, opening('', { 'content-type': type })),
        400,
        'malformed-json',
      );

      expect(detail).toBe('The request has no body.');
    },
  );
});

describe('a body in UTF-8', () => {
  it.each(['utf-8', 'utf8', 'UTF8', '"utf8"', '"UTF-8"'])('may name its charset: %s', async (charset) => {
    const type = { 'content-type': `application/json; charset=${charset}` };

    expectProblem(await send(world.url, opening('{}', type)), 400, 'validation-failed');
  });
});

describe('a JSON body that is not an object', () => {
  it.each(['[]', `[{${QUEUE}}]`, '"text"', '42', '0', 'true', 'false', 'null', '""'])(
    'is refused: %s',
    async (body) => {
      const { errors } = expectProblem(await send(world.url, opening(body)), 400, 'validation-failed');

      expect(errors).toEqual([{ pointer: '#', code: 'type', detail: 'must be a JSON object' }]);
    },
  );
});

describe('a key of a prototype property', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('is an unknown field: %s', async (key) => {
    for (const body of [
      `{${QUEUE},"${key}":{"polluted":true}}`,
      `{${QUEUE},"name":{"${key}":{"polluted":true}}}`,
      `{${QUEUE},"capabilities":[{"${key}":{"prototype":{"polluted":true}}}]}`,
      `{${QUEUE},"${key.replace('o', '\\u006f')}":{"polluted":true}}`,
    ]) {
      const { errors } = expectProblem(await send(world.url, opening(body)), 400, 'validation-failed');
      expect(errors).toEqual([expect.objectContaining({ code: 'unknown-field' })]);
    }

    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('a body that is not declared as JSON in UTF-8', () => {
  it.each([
    undefined,
    '',
    'application/xml',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json; charset=latin1',
    'application/json; charset="iso-8859-1"',
    'application/json;CHARSET=UTF-16',
    'application/json, text/plain',
    '*/*',
    'json',
  ])('is refused: %s', async (type) => {
    const answer = await send(world.url, opening(`{${QUEUE}}`, { 'content-type': type }));

    expectProblem(answer, 415, 'unsupported-media-type');
  });

  it('is refused when it is compressed', async () => {
    const answer = await send(world.url, opening(`{${QUEUE}}`, { 'content-encoding': 'gzip' }));

    expectProblem(answer, 415, 'unsupported-media-type');
  });
});

describe('a body that is too large', () => {
  const LIMIT = 64 * 1024;
  const huge = (size: number): string => `{${QUEUE},"name":"${'x'.repeat(size)}"}`;
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

  it.each<[string, RawRequest]>([
    ['with a content length', opening(huge(LIMIT))],
    ['of one byte too much', opening(`{${QUEUE}}`.padEnd(LIMIT + 1))],
    ['of a megabyte', opening(huge(1024 * 1024))],
    [
      'in chunks',
      opening(`${chunk(huge(LIMIT / 2)).repeat(3)}0\r\n\r\n`, { 'transfer-encoding': 'chunked' }),
    ],
    ['by what its content length says', opening(`{${QUEUE}}`, { 'content-length': '70000' })],
    ['by an absurd content length', opening(`{${QUEUE}}`, { 'content-length': '9007199254740991' })],
  ])('is refused: %s', async (_, request) => {
    const answer = await send(world.url, {
      ...request,
      headers: { ...request.headers, connection: 'keep-alive' },
    });

    expectProblem(answer, 413, 'payload-too-large');
    expect(answer.headers['connection']).toBe('close');
  });

  it('may have exactly the maximum size', async () => {
    const answer = await send(world.url, opening('{"name":1}'.padEnd(LIMIT)));

    expectProblem(answer, 400, 'validation-failed');
  });
});
