import type { ApiDescription, ApiOperation } from './api-description';

/** Statuses that a request alone can cause, on each operation that declares them. */
const BY_REQUEST_ALONE = [400, 401, 403, 404, 413, 415];

/** Counts answers by operation and status. */
export class AnswerTally {
  private readonly counts = new Map<string, Map<number, number>>();
  total = 0;

  constructor(private readonly description: ApiDescription) {}

  count(operation: ApiOperation | undefined, status: number): void {
    const id = operation?.id ?? ELSEWHERE;
    const statuses = this.counts.get(id) ?? new Map<number, number>();
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    this.counts.set(id, statuses);
    this.total += 1;
  }

  of(id: string, status: number): number {
    return this.counts.get(id)?.get(status) ?? 0;
  }

  /** Returns the number of answers with a status, over all operations. */
  ofAll(status: number): number {
    return [...this.counts.keys()].reduce((sum, id) => sum + this.of(id, status), 0);
  }

  /**
   * Returns the expected answers that did not occur in a large number of requests: for every operation a success and
   * each refusal.
   */
  get missing(): string[] {
    return this.description.operations.flatMap((operation) => {
      const seen = [...(this.counts.get(operation.id)?.keys() ?? [])];
      const refusals = BY_REQUEST_ALONE.filter((status) => isItsOwn(this.description, operation, status));
      return [
        ...(seen.some((status) => status < 300) ? [] : [`${operation.id}: a success`]),
        ...refusals.filter((status) => !seen.includes(status)).map((status) => `${operation.id}: ${status}`),
      ];
    });
  }

  /** Formats one line for each operation. */
  toString(): string {
    const ids = [...this.description.operations.map(({ id }) => id), ELSEWHERE];
    const width = Math.max(...ids.map((id) => id.length));
    return ids
      .map((id) => {
        const statuses = [...(this.counts.get(id) ?? [])].sort(([one], [other]) => one - other);
        return `${id.padEnd(width)}  ${statuses.map(([status, count]) => `${status}: ${count}`).join(', ')}`;
      })
      .join('\n');
  }
}

const ELSEWHERE = '(no operation)';

/** Returns whether a status of an operation has codes beyond those of every path. */
function isItsOwn(description: ApiDescription, { answers }: ApiOperation, status: number): boolean {
  const codes = [...(answers.get(status)?.codes ?? [])];
  const everywhere = description.ofEveryPath.get(status);
  return codes.some((code) => everywhere?.has(code) !== true);
}
