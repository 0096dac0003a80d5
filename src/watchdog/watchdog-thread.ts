import { parentPort, workerData } from 'node:worker_threads';
import { Beats, beatsBetween, nowMs } from './beats';
import { BlockDetector, type DetectedBlock } from './domain/block-detector';
import type { BlockReport } from './domain/block-report';
import { MainThreadStack, type Taken } from './main-thread-stack';
import type { WatchdogOrders } from './watchdog-orders';

const US_PER_MS = 1_000;

/**
 * The entry of the watchdog thread: looks at the beats of the main thread at regular intervals, and sends a report of
 * each block that has ended. It samples stacks from half of the limit on, since a request of one takes time, but not for
 * every block: enabling the debugger costs the main thread some tens of milliseconds.
 */
function watch({ memory, blockedMs, beatMs, lookMs, stacksEveryMs }: WatchdogOrders): void {
  const beats = new Beats(memory);
  const detector = new BlockDetector(blockedMs, beatMs, lookMs);
  const stacks = new MainThreadStack(nowMs);
  let before = beats.last;
  let stacksAt = -Infinity;
  let suspected = before;
  const isBlocked = (): boolean => beats.last.at === suspected.at;

  const look = (): void => {
    const beat = beats.last;
    const { user, system } = process.cpuUsage();
    const cpuMs = (user + system) / US_PER_MS;
    const block = detector.look({
      now: nowMs(),
      beatAt: beat.at,
      beats: beatsBetween(before, beat),
      cpuMs,
    });
    before = beat;
    const taken = stacks.isOpen && !isBlocked() ? stacks.close() : undefined;
    if (block !== undefined) parentPort?.postMessage(reportOf(block, taken));
    if (!detector.isSuspected) return;
    if (stacks.isOpen) stacks.sample();
    else {
      const wantsStacks = nowMs() - stacksAt >= stacksEveryMs;
      if (wantsStacks) stacksAt = nowMs();
      suspected = beat;
      stacks.open(isBlocked, wantsStacks);
    }
  };
  setInterval(look, lookMs);
}

function reportOf({ isStalled, ...block }: DetectedBlock, taken: Taken | undefined): BlockReport {
  if (isStalled) return { ...block, reason: 'process-stalled', stackDelayMs: 0, stack: '' };
  return { ...block, ...(taken ?? { reason: 'unknown', stackDelayMs: 0, stack: '' }) };
}

watch(workerData as WatchdogOrders);
