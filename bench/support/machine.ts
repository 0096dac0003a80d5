import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { quantile } from './statistics';
import { number } from './table';

const BLOCK = Buffer.alloc(4096);
const WRITES = 100;

/** Describes the machine of the measurement, as lines of text. `folder` is on the disk that holds the data. */
export function describeMachine(folder: string): string {
  const processors = cpus();
  return [
    `CPU     ${processors[0]?.model ?? 'unknown'}, ${processors.length} cores`,
    `Memory  ${number(totalmem() / 1024 ** 3, 1)} GiB`,
    `Disk    write and sync of 4 KiB: ${describeSync(folder)}`,
    `System  ${type()} ${release()} ${arch()}, Node ${process.version}`,
    `Date    ${new Date().toISOString()}`,
    describeLoad(),
  ].join('\n');
}

/** Describes the machine's load; before the run, it is that of other processes. */
export function describeLoad(): string {
  const [one = Number.NaN, five = Number.NaN] = loadavg();
  return `Load    ${number(one, 2)} over the last minute, ${number(five, 2)} over the last five`;
}

/** Measures a synced write, which is most of the cost of a commit. */
function describeSync(folder: string): string {
  const file = openSync(join(folder, 'sync-probe'), 'w');
  const times = Array.from({ length: WRITES }, () => {
    const startedAt = performance.now();
    writeSync(file, BLOCK);
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  return `p50 ${number(quantile(times, 0.5), 2)} ms, p99 ${number(quantile(times, 0.99), 2)} ms`;
}
