import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { quantile } from './statistics';
import { number } from './table';

const BLOCK = Buffer.alloc(4096);
const WRITES = 100;

/** The machine that the numbers were measured on, as lines of text. `folder` is on the disk that holds the data. */
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

/** How busy the machine is; before the run, what others do on it. */
export function describeLoad(): string {
  const [one = Number.NaN, five = Number.NaN] = loadavg();
  return `Load    ${number(one, 2)} over the last minute, ${number(five, 2)} over the last five`;
}

/** The price of a commit is mostly this one. */
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
