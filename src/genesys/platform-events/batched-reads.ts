/** Answers to the reads of a batch, by id; an id without an entry was not answered. */
export type BatchAnswer<T> = ReadonlyMap<string, T>;

/** Bounds of a batch. */
export interface BatchBounds {
  readonly maxIds: number;
  /** Time for which the first read waits for others. */
  readonly collectMs: number;
}

/**
 * Collects reads of single ids, and makes one request for all that come within a while. A full batch is sent at once.
 * Each read of a batch gets its answer, or its error.
 */
export class BatchedReads<T> {
  private ids = new Set<string>();
  private answer: Promise<BatchAnswer<T>> | undefined;
  private send: () => void = () => undefined;

  constructor(
    private readonly request: (ids: readonly string[]) => Promise<BatchAnswer<T>>,
    private readonly bounds: BatchBounds,
  ) {}

  read(id: string): Promise<BatchAnswer<T>> {
    this.answer ??= this.begin();
    const { answer } = this;
    this.ids.add(id);
    if (this.ids.size >= this.bounds.maxIds) this.send();
    return answer;
  }

  /** Sends what is collected. */
  flush(): void {
    this.send();
  }

  private begin(): Promise<BatchAnswer<T>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.send();
      }, this.bounds.collectMs);
      this.send = () => {
        clearTimeout(timer);
        const ids = [...this.ids];
        this.ids = new Set();
        this.answer = undefined;
        this.send = () => undefined;
        this.request(ids).then(resolve, reject);
      };
    });
  }
}
