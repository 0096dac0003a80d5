import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux on every machine that this may run on. */
const TICKS_PER_SECOND = 100;
const KIBIBYTE = 1024;

/** Resident memory of a process in bytes, as Linux tells it. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return KIBIBYTE * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

/** CPU time in seconds of a process since its start, without what it has started; as Linux tells it. */
export function cpuSeconds(pid: number): number {
  return statOf(pid).ownSeconds;
}

/** CPU time in seconds of a process and of everything that it has started since its own start. */
export function cpuSecondsOfFamily(pid: number): number {
  const { ownSeconds, endedSeconds } = statOf(pid);
  const running = childrenOf(pid).reduce((sum, child) => sum + child.ownSeconds, 0);
  return ownSeconds + endedSeconds + running;
}

interface Stat {
  readonly parent: number;
  readonly ownSeconds: number;
  /** Of children that have ended. */
  readonly endedSeconds: number;
}

function childrenOf(parent: number): Stat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = statOf(Number(pid));
      return stat.parent === parent ? [stat] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

function statOf(pid: number): Stat {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may have spaces. The names of the fields are those of proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15).map(Number);
  return {
    parent: Number(fields[1]),
    ownSeconds: (utime + stime) / TICKS_PER_SECOND,
    endedSeconds: (cutime + cstime) / TICKS_PER_SECOND,
  };
}
