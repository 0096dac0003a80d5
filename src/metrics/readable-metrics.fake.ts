import { Metrics } from './metrics';

/** Metrics that a test can read one sample of. */
export class ReadableMetrics extends Metrics {
  /** The value of a sample as the page names it, without the prefix: `terminations_total{reason="gone"}`. */
  async sample(name: string): Promise<number | undefined> {
    const { text } = await this.page();
    const start = `guest_sessions_${name} `;
    const line = text.split('\n').find((candidate) => candidate.startsWith(start));
    return line === undefined ? undefined : Number(line.slice(start.length));
  }
}
