/** Returns the quantile of the values by the nearest-rank method. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Formats the times in whole milliseconds. */
export function summaryOf(times: readonly number[]): string {
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Math.round(quantile(times, share)));
  return `${times.length} times: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}
