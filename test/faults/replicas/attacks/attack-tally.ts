/** The figures of one attack, as they cross from one thread to another. */
export interface AttackFigures {
  readonly name: string;
  readonly requests: number;
  /** How often each status, or each reason for having none, came about. */
  readonly answers: Readonly<Record<string, number>>;
  readonly worstMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Broken promises, in words; the first few of them, each once. */
  readonly findings: readonly string[];
}

const KEPT_FINDINGS = 5;

/** Counts the requests and answers of one attack, and notes answers that hold secrets of others. */
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

  /** More bytes of a request that was counted already. */
  sentMore(bytes: number): void {
    this.sentBytes += bytes;
  }

  received(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    const canary = this.canaries.find((secret) => chunk.includes(secret));
    if (canary !== undefined) this.found(`an answer holds "${canary.slice(0, 24)}" of another caller`);
  }

  /** A status, or the reason for having none, and the time from the sending on. */
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
