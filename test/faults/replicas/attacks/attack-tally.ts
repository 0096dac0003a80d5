/** The counts of one attack, as they cross from one thread to another. */
export interface AttackFigures {
  readonly name: string;
  readonly requests: number;
  /** Counts of answers by status, and of requests without one by reason. */
  readonly answers: Readonly<Record<string, number>>;
  readonly worstMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** The first few broken promises in words, each once. */
  readonly findings: readonly string[];
}

const KEPT_FINDINGS = 5;

/** Counts the requests and answers of one attack, and records answers that contain secrets of others. */
export class AttackTally {
  private requests = 0;
  private worstMs = 0;
  private sentBytes = 0;
  private receivedBytes = 0;
  private readonly answers = new Map<string, number>();
  private readonly findings: string[] = [];

  constructor(
    private readonly name: string,
    private readonly canaries: readonly string[],
  ) {}

  sent(bytes: number, requests = 1): void {
    this.requests += requests;
    this.sentBytes += bytes;
  }

  /** Adds bytes to a request that was counted already. */
  sentMore(bytes: number): void {
    this.sentBytes += bytes;
  }

  received(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    const canary = this.canaries.find((secret) => chunk.includes(secret));
    if (canary !== undefined) this.found(`an answer holds "${canary.slice(0, 24)}" of another caller`);
  }

  /** Counts a status, or the reason for its absence, and the time since the request was sent. */
  answered(outcome: number | string, ms: number): void {
    this.answers.set(String(outcome), (this.answers.get(String(outcome)) ?? 0) + 1);
    if (typeof outcome === 'number') this.worstMs = Math.max(this.worstMs, ms);
  }

  found(what: string): void {
    const finding = `${this.name}: ${what}`;
    const isKnown = this.findings.includes(finding);
    if (!isKnown && this.findings.length < KEPT_FINDINGS) this.findings.push(finding);
  }

  get figures(): AttackFigures {
    const { name, requests, worstMs, sentBytes, receivedBytes, findings } = this;
    const answers = Object.fromEntries([...this.answers].sort());
    return { name, requests, answers, worstMs, sentBytes, receivedBytes, findings };
  }
}
