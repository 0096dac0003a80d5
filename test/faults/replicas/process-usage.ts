import { readdirSync, readFileSync } from 'node:fs';

/** The value on all supported Linux machines. */
const TICKS_PER_SECOND = 100;
const KIBIBYTE = 1024;

/** Returns the resident memory of a process in bytes; needs Linux. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return KIBIBYTE * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

/** Returns the CPU time of a process since its start in seconds, without its children; needs Linux. */
export function cpuSeconds(pid: number): number {
  return statOf(pid).ownSeconds;
}

/** Returns the CPU time of a process and all its descendants since its start, in seconds. */
export function cpuSecondsOfFamily(pid: number): number {
  const { ownSeconds, endedSeconds } = statOf(pid);
  const running = childrenOf(pid).reduce((sum, child) => sum + child.ownSeconds, 0);
  return ownSeconds + endedSeconds + running;
}

interface Stat {
  readonly parent: number;
  readonly ownSeconds: number;
  /** CPU time of children that have ended. */
  readonly endedSeconds: number;
}

function childrenOf(parent: number): Stat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = statOf(Number(pid));
      return stat.parent === parent ? [stat] : [];
    } catch {
      // The process has ended meanwhile.
      return [];
    }
  });
}

function statOf(pid: number): Stat {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program name in brackets may contain spaces. The field names are those of proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15).map(Number);
  return {
    parent: Number(fields[1]),
    ownSeconds: (utime + stime) / TICKS_PER_SECOND,
    endedSeconds: (cutime + cstime) / TICKS_PER_SECOND,
  };
}
