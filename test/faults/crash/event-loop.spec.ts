import { setTimeout as delay } from 'node:timers/promises';
import type { BlockReport } from '../../../src/watchdog/domain/block-report';
import { ProcessWorld } from '../../support/process-world';
import { ServiceStorages } from '../../support/service-storage';
import { until } from '../../support/until';
import { waitFor } from '../../support/wait-for';
import { type BlockKind, WatchedLoop } from '../../support/watched-loop';

/** Time for which processes are stopped: several times the limit of the watchdog. */
const STOPPED_MS = 2_000;
/** Time after which a block is provoked again: one before the watchdog thread has started is not watched. */
const REPORTED_WITHIN_MS = 5_000;

let loop: WatchedLoop | undefined;

afterEach(async () => {
  await loop?.kill();
  loop = undefined;
});

async function started(kind: BlockKind, blockedMs?: number): Promise<WatchedLoop> {
  const process = WatchedLoop.start(kind, blockedMs);
  loop = process;
  await until(() => process.isStarted);
  return process;
}

/** Provokes blocks until one is reported with this reason, and as the test wants it. */
async function reportOf(
  watched: WatchedLoop,
  reason: BlockReport['reason'],
  provoke: () => void | Promise<void>,
  isWanted: (report: BlockReport) => boolean = () => true,
): Promise<BlockReport> {
  const isReported = (report: BlockReport): boolean => report.reason === reason && isWanted(report);
  return waitFor(async () => {
    await provoke();
    await until(() => watched.reports.some(isReported), REPORTED_WITHIN_MS).catch(() => undefined);
    const report = watched.reports.find(isReported);
    if (report === undefined) throw new Error(`No such report: ${JSON.stringify(watched.reports)}`);
    return report;
  });
}

async function stopFor(ms: number, signal: (name: NodeJS.Signals) => void): Promise<void> {
  signal('SIGSTOP');
  await delay(ms);
  signal('SIGCONT');
}

describe('a blocked event loop', () => {
  it('is reported with the function that blocks it', async () => {
    const watched = await started('javascript');
    const { durationMs, stack, cpuMs } = await reportOf(watched, 'javascript', () => {
      watched.block();
    });

    expect(stack).toMatch(/at spinInJavaScript \(.*blocking-program\.js:\d+:\d+\)/);
    expect(durationMs).toBeGreaterThan(500);
    expect(cpuMs).toBeGreaterThan(500);
  });

  it('inside native code is reported as such, with the time until JavaScript ran again', async () => {
    const watched = await started('native');
    const { durationMs, stack, stackDelayMs } = await reportOf(
      watched,
      'native-code',
      () => {
        watched.block();
      },
      // On a busy machine the function may have returned before the stack could be read, which is empty then.
      ({ stack: read }) => read !== '',
    );

    expect(stack).toMatch(/at waitInNativeCode /);
    expect(stackDelayMs).toBeGreaterThan(500);
    expect(durationMs).toBeGreaterThan(stackDelayMs);
  });

  it('is not reported with a limit of 0', async () => {
    const watched = await started('javascript', 0);
    watched.block();
    watched.end();

    expect(await watched.exited).toBe(0);
    expect(watched.reports).toEqual([]);
  });
});

describe('a stopped process', () => {
  it('is reported as such, without a stack', async () => {
    const watched = await started('none');
    const stop = (): Promise<void> =>
      stopFor(STOPPED_MS, (name) => {
        watched.signal(name);
      });

    const { durationMs, stack } = await reportOf(watched, 'process-stalled', stop);

    expect(durationMs).toBeGreaterThan(STOPPED_MS / 2);
    expect(stack).toBe('');
  });
});

describe('the watchdog of the event loop', () => {
  it('does not keep a process alive', async () => {
    const watched = await started('none');

    watched.end();

    expect(await watched.exited).toBe(0);
  });

  it('logs and counts in the service, and ends with it', async () => {
    const storages = new ServiceStorages();
    const world = await ProcessWorld.start(await storages.create('SQLite'));
    try {
      await waitFor(async () => {
        await stopFor(STOPPED_MS, (name) => {
          world.service.signal(name);
        });
        await until(() => world.service.stdout.includes('"reason":"process-stalled"'), REPORTED_WITHIN_MS);
      });
      const page = await (await fetch(`${world.service.url}/metrics`)).text();
      world.service.signal('SIGTERM');

      expect(page).toMatch(/event_loop_blocked_total\{reason="process-stalled"\} [1-9]/);
      expect(world.service.stdout).toMatch(/"message":"Event loop blocked"/);
      expect(await world.service.exited).toMatchObject({ code: 0 });
    } finally {
      await world.stop();
      await storages.stop();
    }
  });
});
