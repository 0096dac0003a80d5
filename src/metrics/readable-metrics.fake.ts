import { Metrics } from './metrics';

/** Metrics that a test can read one sample of. */
export class ReadableMetrics extends Metrics {
  /** The value of a sample by its name on the page, without the prefix: `terminations_total{reason="gone"}`. */
  async sample(name: string): Promise<number | undefined> {
    const text = await this.linesOf(`guest_sessions_${name.replace(/\{.*$/, '')}`);
    const start = `guest_sessions_${name} `;
    const line = text.split('\n').find((candidate) => candidate.startsWith(start));
    return line === undefined ? undefined : Number(line.slice(start.length));
  }

  /** Only the lines of this metric: the whole page also has Node's own handles, which vary. */
  private linesOf(name: string): Promise<string> {
    const ofHistogram = name.replace(/_(count|sum|bucket)$/, '');
    const known = [name, ofHistogram].find((each) => this.registry.getSingleMetric(each) !== undefined);
    return known === undefined ? Promise.resolve('') : this.registry.getSingleMetricAsString(known);
  }
}
