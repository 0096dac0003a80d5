import { type ArgumentsHost, ServiceUnavailableException } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TerminusModule } from '@nestjs/terminus';
import { Drain } from '../common/lifecycle/drain';
import { HealthChecks } from './health-checks';
import { HealthController } from './health.controller';
import { HealthFilter } from './health.filter';

let testing: TestingModule;
let controller: HealthController;
let checks: HealthChecks;
let drain: Drain;

beforeEach(async () => {
  testing = await Test.createTestingModule({
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController],
    providers: [HealthChecks, Drain],
  }).compile();
  controller = testing.get(HealthController);
  checks = testing.get(HealthChecks);
  drain = testing.get(Drain);
});
afterEach(() => testing.close());

/** The response of a failing probe. */
async function refusalOf(probe: Promise<unknown>): Promise<unknown> {
  try {
    return await probe;
  } catch (error) {
    if (error instanceof ServiceUnavailableException) return error.getResponse();
    throw error;
  }
}

describe(HealthController.name, () => {
  it('is live without any check', async () => {
    let looks = 0;
    checks.add('database', () => {
      looks += 1;
      throw new Error('away');
    });

    expect(await controller.live()).toMatchObject({ status: 'ok', details: {} });
    expect(looks).toBe(0);
  });

  it('is ready if every check succeeds', async () => {
    checks.add('database', () => undefined);
    checks.add('disk', () => Promise.resolve());

    expect(await controller.ready()).toMatchObject({
      status: 'ok',
      details: { accepting: { status: 'up' }, database: { status: 'up' }, disk: { status: 'up' } },
    });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('away');
      },
      'away',
    ],
    ['rejects', () => Promise.reject(new Error('away')), 'away'],
    ['rejects with no error', jest.fn().mockRejectedValue('secret'), 'unknown'],
  ])('is not ready when a check %s, and names it', async (_, check, reason) => {
    checks.add('database', check);
    checks.add('disk', () => undefined);

    expect(await refusalOf(controller.ready())).toMatchObject({
      status: 'error',
      info: { accepting: { status: 'up' }, disk: { status: 'up' } },
      error: { database: { status: 'down', reason } },
    });
  });

  it('is not ready when a check takes too long, and aborts it', async () => {
    jest.useFakeTimers();
    let given: AbortSignal | undefined;
    checks.add('disk', (signal) => {
      given = signal;
      return new Promise(() => undefined);
    });
    const refusal = refusalOf(controller.ready());
    await jest.advanceTimersByTimeAsync(HealthChecks.PATIENCE_MS);
    jest.useRealTimers();

    expect(await refusal).toMatchObject({
      error: { disk: { status: 'down', reason: 'no answer within 2000 ms' } },
    });
    expect(given?.aborted).toBe(true);
  });

  it('shows details beside the checks', async () => {
    checks.inform('clients', () => ({ pool: 'well' }));
    checks.inform('sinks', () => Promise.resolve({ crm: 'paused' }));

    expect(await controller.ready()).toMatchObject({
      status: 'ok',
      details: { clients: { status: 'up', pool: 'well' }, sinks: { status: 'up', crm: 'paused' } },
    });
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('secret'))],
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
  ])('is ready all the same when a detail %s, which cannot be had then', async (_, detail) => {
    checks.inform('sinks', detail);

    const answer = await controller.ready();

    expect(answer).toMatchObject({ status: 'ok', details: { sinks: { status: 'up', detail: 'unknown' } } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('waits only a limited time for a detail that hangs', async () => {
    jest.useFakeTimers();
    checks.inform('sinks', () => new Promise(() => undefined));

    const answer = controller.ready();
    await jest.advanceTimersByTimeAsync(HealthChecks.PATIENCE_MS);
    jest.useRealTimers();

    expect(await answer).toMatchObject({ details: { sinks: { status: 'up', detail: 'unknown' } } });
  });

  it('reads no detail for liveness', async () => {
    checks.inform('sinks', () => Promise.reject(new Error('away')));

    expect(await controller.live()).toMatchObject({ status: 'ok', details: {} });
  });

  it('is not ready from the moment the process begins to stop, but live', async () => {
    drain.begin();

    expect(await refusalOf(controller.ready())).toMatchObject({
      status: 'error',
      error: { accepting: { status: 'down' } },
    });
    expect(await controller.live()).toMatchObject({ status: 'ok' });
  });
});

describe(HealthChecks.name, () => {
  it.each(['accepting', 'database', 'clients'])(
    'accepts no second "%s", neither as a check nor as a detail',
    (name) => {
      checks.add('database', () => undefined);
      checks.inform('clients', () => ({}));

      expect(() => {
        checks.add(name, () => undefined);
      }).toThrow(`already something named "${name}"`);
      expect(() => {
        checks.inform(name, () => ({}));
      }).toThrow(`already something named "${name}"`);
    },
  );
});

describe(HealthFilter.name, () => {
  it("answers with terminus' own body", () => {
    const answered: unknown[] = [];
    const reply = {
      code: (status: number) => {
        answered.push(status);
        return { send: (body: unknown) => answered.push(body) };
      },
    };
    const host = { switchToHttp: () => ({ getResponse: () => reply }) } as unknown as ArgumentsHost;

    new HealthFilter().catch(new ServiceUnavailableException({ status: 'error' }), host);

    expect(answered).toEqual([503, { status: 'error' }]);
  });
});
