const MAX_BLOCKS = 20;

/** Counts log lines by level and message, to find one that is logged too often, and keeps those of a blocked event loop. */
export class LogTally {
  /** The lines about a blocked event loop, as they were written. */
  readonly blocks: string[] = [];
  private readonly counts = new Map<string, number>();
  private rest = '';

  hear(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const kind = kindOf(line);
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
      if (kind.endsWith('Event loop blocked') && this.blocks.length < MAX_BLOCKS) this.blocks.push(line);
    }
  }

  /** The most frequent kinds of lines. */
  most(count: number): string[] {
    return [...this.counts]
      .sort(([, one], [, other]) => other - one)
      .slice(0, count)
      .map(([kind, times]) => `${times} x ${kind}`);
  }
}

function kindOf(line: string): string {
  try {
    const { level, message } = JSON.parse(line) as { level?: string; message?: string };
    return `${level ?? '?'}: ${message ?? '?'}`;
  } catch {
    return 'no JSON';
  }
}
