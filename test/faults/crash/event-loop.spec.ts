import { setTimeout as delay } from 'node:timers/promises';
import type { BlockReport } from '../../../src/watchdog/domain/block-report';
import { ProcessWorld } from '../../support/process-world';
import { ServiceStorages } from '../../support/service-storage';
import { until } from '../../support/until';
import { waitFor } from '../../support/wait-for';
import { type BlockKind, WatchedLoop } from '../../support/watched-loop';

/** Time for which processes are stopped: several times the limit of the watchdog. */
const STOPPED_MS = 2_000;
/** Time that the watchdog thread gets to start: a block before it is not watched. */
const THREAD_STARTS_MS = 1_000;

let loop: WatchedLoop | undefined;

afterEach(async () => {
  await loop?.kill();
  loop = undefined;
});

async function started(kind: BlockKind, blockedMs?: number): Promise<WatchedLoop> {
  const process = WatchedLoop.start(kind, blockedMs);
  loop = process;
  await until(() => process.isStarted);
  await delay(THREAD_STARTS_MS);
  return process;
}

function reportOf(watched: WatchedLoop, reason: BlockReport['reason']): Promise<BlockReport> {
  return waitFor(() => {
    const report = watched.reports.find((each) => each.reason === reason);
    if (report === undefined) throw new Error(`No such report: ${JSON.stringify(watched.reports)}`);
    return report;
  });
}

describe('a blocked event loop', () => {
  it('is reported with the function that blocks it', async () => {
    const watched = await started('javascript');
    watched.block();

    const { durationMs, stack, cpuMs } = await reportOf(watched, 'javascript');

    expect(stack).toMatch(/at spinInJavaScript \(.*blocking-program\.js:\d+:\d+\)/);
    expect(durationMs).toBeGreaterThan(500);
    expect(cpuMs).toBeGreaterThan(500);
  });

  it('inside native code is reported as such, with the time until JavaScript ran again', async () => {
    const watched = await started('native');
    watched.block();

    const { durationMs, stack, stackDelayMs } = await reportOf(watched, 'native-code');

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
    watched.signal('SIGSTOP');
    await delay(STOPPED_MS);
    watched.signal('SIGCONT');

    const { durationMs, stack } = await reportOf(watched, 'process-stalled');

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
      await delay(THREAD_STARTS_MS);
      world.service.signal('SIGSTOP');
      await delay(STOPPED_MS);
      world.service.signal('SIGCONT');

      await until(() => world.service.stdout.includes('"reason":"process-stalled"'));
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
