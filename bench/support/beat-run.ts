import { runConcurrently } from './run-concurrently';

export interface BeatRun {
  readonly perSecond: number;
  /** CPU time of the whole process for each beat, in microseconds. */
  readonly cpuMicros: number;
  readonly failures: number;
}

/** Measures this process while it makes beats; `beat` returns whether one succeeded. */
export async function measureBeats(
  beats: number,
  concurrency: number,
  beat: (index: number) => Promise<boolean>,
): Promise<BeatRun> {
  let failures = 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await runConcurrently(beats, concurrency, async (index) => {
    if (!(await beat(index))) failures += 1;
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: beats / seconds, cpuMicros: (user + system) / beats, failures };
}
