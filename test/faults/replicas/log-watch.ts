import { StringDecoder } from 'node:string_decoder';
import type { ServiceProcess } from '../../support/service-process';

const MAX_MESSAGES = 200;
const KEPT_LINES = 5;
const LEASE_LOST = /lease\b.*\blost|lost\b.*\blease/i;

interface LogLine {
  readonly level?: string;
  readonly message?: string;
}

/** Reads all log output of a process: counts lines and bytes by message, and finds lost leases and secrets. */
export class LogWatch {
  bytes = 0;
  lines = 0;
  /** Number of lines of level `error`, and the first few of them. */
  errors = 0;
  readonly errorLines: string[] = [];
  readonly lostLeases: string[] = [];
  readonly leaks: string[] = [];
  /** Bytes by message. */
  readonly messages = new Map<string, number>();
  private rest = '';

  constructor(
    process: Pick<ServiceProcess, 'onOutput'>,
    private readonly canaries: readonly string[],
  ) {
    // A chunk may end within a line or within a character.
    const decoder = new StringDecoder('utf8');
    process.onOutput((chunk) => {
      this.bytes += chunk.length;
      const lines = (this.rest + decoder.write(chunk)).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) this.read(line);
    });
  }

  /** Resets the counts; findings are kept. */
  restart(): void {
    this.bytes = 0;
    this.lines = 0;
    this.errors = 0;
    this.messages.clear();
  }

  private read(line: string): void {
    this.lines += 1;
    const { level = '', message = line } = parsed(line);
    const known = this.messages.has(message) || this.messages.size < MAX_MESSAGES;
    const name = known ? message : 'other messages';
    this.messages.set(name, (this.messages.get(name) ?? 0) + line.length);
    if (level === 'error') {
      this.errors += 1;
      keep(this.errorLines, line);
    }
    if (LEASE_LOST.test(message)) keep(this.lostLeases, line);
    if (this.canaries.some((canary) => line.includes(canary))) keep(this.leaks, message);
  }
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    // Node's own output is not JSON.
    return {};
  }
}

function keep(list: string[], line: string): void {
  if (list.length < KEPT_LINES) list.push(line.slice(0, 500));
}
