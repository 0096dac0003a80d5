import { Writable } from 'node:stream';
import type { LoggerService } from '@nestjs/common';
import { UpstreamServerError } from '../errors/upstream.errors';
import { ListenError } from '../errors/start.errors';
import { createLogger, type LogSettings } from './logger';
import { RequestContext } from './request-context';

const SECRET = 'canary-secret-8f7e';
const TOKEN = 'jwt_0123456789abcdef0123456789abcdef';

/** A logger and its output. */
class LogBook {
  readonly logger: LoggerService;
  private readonly chunks: string[] = [];

  constructor(settings: Partial<LogSettings> = {}) {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.chunks.push(chunk.toString());
        done();
      },
    });
    this.logger = createLogger({ level: 'debug', format: 'json', secrets: [SECRET], ...settings }, output);
  }

  get text(): string {
    return this.chunks.join('');
  }

  get lines(): Record<string, unknown>[] {
    return this.chunks.map((chunk) => JSON.parse(chunk) as Record<string, unknown>);
  }
}

describe(createLogger.name, () => {
  it("writes Genesys' own id of a request that failed", () => {
    const book = new LogBook();
    const error = Object.assign(new UpstreamServerError(500), { correlationId: 'c0ffee' });
    book.logger.error({ message: 'Opening failed', error });

    expect(book.lines[0]).toMatchObject({ error: 'UpstreamServerError', correlationId: 'c0ffee' });
  });

  it('writes the tracing id of a refusal frame, from the error or its cause', () => {
    const book = new LogBook();
    const refused = Object.assign(new UpstreamServerError(500), { tracingId: 'trace-1' });
    book.logger.warn({ message: 'Refused', error: refused });
    book.logger.error({ message: 'Refused', error: new Error('not sent', { cause: refused }) });

    expect(book.lines.map(({ tracingId }) => tracingId)).toEqual(['trace-1', 'trace-1']);
  });

  it('writes one line of JSON per fact, with time, level, context and fields', () => {
    const book = new LogBook();
    book.logger.log({ message: 'Opened', conversationId: 'c-1', attempt: 2 }, 'Sessions');

    expect(book.text).toMatch(/^[^\n]+\n$/);
    expect(book.lines).toEqual([
      {
        level: 'info',
        message: 'Opened',
        context: 'Sessions',
        conversationId: 'c-1',
        attempt: 2,
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      },
    ]);
  });

  it('accepts a string, which cannot forge a second line', () => {
    const book = new LogBook();
    book.logger.log('a\n{"level":"error","message":"forged"}', 'X');

    expect(book.lines).toMatchObject([{ message: 'a\n{"level":"error","message":"forged"}' }]);
    expect(book.text.trimEnd()).not.toContain('\n');
  });

  it('adds the id of the request being served, and none outside of one', () => {
    const book = new LogBook();
    RequestContext.run('request-1', () => book.logger.log('inside', 'X') as unknown);
    book.logger.log('outside', 'X');

    expect(book.lines.map(({ requestId }) => requestId)).toEqual(['request-1', undefined]);
  });

  it('writes name, message and cause of an error, and its stack on level error only', () => {
    const book = new LogBook();
    const error = new TypeError('broken', { cause: new RangeError('deeper') });
    for (const level of ['error', 'warn', 'log', 'debug'] as const) {
      book.logger[level]?.({ message: 'Failed', error }, 'X');
    }

    const facts = {
      message: 'Failed',
      error: 'TypeError',
      errorMessage: 'broken',
      cause: 'RangeError: deeper',
    };
    expect(book.lines).toMatchObject([facts, facts, facts, facts]);
    expect(book.lines.map(({ level, stack }) => [level, typeof stack])).toEqual([
      ['error', 'string'],
      ['warn', 'undefined'],
      ['info', 'undefined'],
      ['debug', 'undefined'],
    ]);
  });

  it('writes no stack of an error that is expected: its name identifies the origin', () => {
    const book = new LogBook();
    for (const error of [new UpstreamServerError(500), new ListenError('127.0.0.1', 1, new Error('in use'))])
      book.logger.error({ message: 'Failed', error }, 'X');

    expect(book.lines.map(({ error, stack }) => [error, stack])).toEqual([
      ['UpstreamServerError', undefined],
      ['ListenError', undefined],
    ]);
  });

  it('names the members of an aggregate, as an error and as a cause', () => {
    const book = new LogBook();
    const members = [new Error('connect ENETUNREACH ::1:443'), new Error('connect ETIMEDOUT 192.0.2.1:443')];
    book.logger.warn(
      { message: 'Failed', error: new Error('x', { cause: new AggregateError(members) }) },
      'X',
    );
    book.logger.warn({ message: 'Failed', error: new AggregateError(members) }, 'X');

    const both = 'connect ENETUNREACH ::1:443; connect ETIMEDOUT 192.0.2.1:443';
    expect(book.lines).toMatchObject([{ cause: `AggregateError: ${both}` }, { errorMessage: both }]);
  });

  it('writes nothing below its level', () => {
    const book = new LogBook({ level: 'warn' });
    book.logger.log('info', 'X');
    book.logger.debug?.('debug', 'X');
    book.logger.warn('warn', 'X');

    expect(book.lines.map(({ message }) => message)).toEqual(['warn']);
  });

  it.each(['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'NestFactory'])(
    'omits the start-up lines of %s, and keeps its warnings',
    (context) => {
      const book = new LogBook();
      book.logger.log('chatter', context);
      book.logger.warn('trouble', context);

      expect(book.lines.map(({ message }) => message)).toEqual(['trouble']);
    },
  );

  it.each(['json', 'pretty'] as const)('lets no canary out in any position, as %s', (format) => {
    const book = new LogBook({ format });
    const canaries = `${SECRET} ${TOKEN} Bearer canary.bearer`;
    const error = new Error(canaries, { cause: new Error(canaries) });
    error.name = canaries;
    for (const level of ['error', 'warn', 'log', 'debug'] as const) {
      book.logger[level]?.(canaries, canaries);
      book.logger[level]?.(
        { message: canaries, reason: canaries, guestIdToken: canaries, nested: { canaries } },
        'X',
      );
      book.logger[level]?.({ message: 'x', error, state: { canaries }, upstreamBody: canaries }, 'X');
      book.logger[level]?.({ message: 'x', error: canaries, [canaries]: canaries }, 'X');
    }
    book.logger.error(canaries, canaries, canaries);
    book.logger.error(error, 'X');
    RequestContext.run(canaries, () => book.logger.log('x', 'X') as unknown);

    expect(book.text).not.toMatch(/canary|jwt_0123/);
    expect(book.text.match(/\[redacted\]/g)?.length).toBeGreaterThan(20);
  });

  it('writes a readable format if configured', () => {
    const book = new LogBook({ format: 'pretty' });
    book.logger.warn({ message: 'Missed', attempt: 2, guestIdToken: 'no' }, 'Heartbeats');

    expect(book.text).toMatch(/^\S+Z WARN {2}\[Heartbeats\] Missed attempt=2\n$/);
  });

  it('refuses a field that is on no allow-list where tests want it to, but not the properties of an error', () => {
    const strict = createLogger(
      { level: 'debug', format: 'json', secrets: [] },
      new Writable({
        write: (_chunk, _encoding, done) => {
          done();
        },
      }),
      true,
    );

    expect(() => {
      strict.log({ message: 'x', surprise: 1 });
    }).toThrow('The log field "surprise"');
    expect(() => {
      strict.error(Object.assign(new Error('x'), { problems: ['y'] }));
    }).not.toThrow();
  });
});
