/** A frame of a stack, with the line and column as editors count them. */
export interface StackFrame {
  readonly name: string;
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

const MAX_FRAMES = 15;
const MAX_STACKS = 3;

/** Stacks that were sampled during one block. Equal ones are one entry with a count. */
export class StackSamples {
  private readonly counts = new Map<string, number>();

  add(frames: readonly StackFrame[]): void {
    const text = frames.slice(0, MAX_FRAMES).map(lineOf).join('\n');
    this.counts.set(text, (this.counts.get(text) ?? 0) + 1);
  }

  /** The most frequent stacks, each with its count if there are several; empty without a sample. */
  toString(): string {
    const stacks = [...this.counts].sort(([, a], [, b]) => b - a).slice(0, MAX_STACKS);
    if (stacks.length <= 1) return stacks[0]?.[0] ?? '';
    const all = [...this.counts.values()].reduce((sum, count) => sum + count, 0);
    return stacks.map(([text, count]) => `${count} of ${all} samples:\n${text}`).join('\n');
  }
}

function lineOf({ name, url, line, column }: StackFrame): string {
  return `    at ${name === '' ? '<anonymous>' : name} (${url.replace(/^file:\/\//, '')}:${line}:${column})`;
}
