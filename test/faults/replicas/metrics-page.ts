/** The Prometheus page of a replica at one moment, with the values of a metric added up over its labels. */
export class MetricsPage {
  private constructor(private readonly values: ReadonlyMap<string, number>) {}

  static async read(url: string, headers: Readonly<Record<string, string>>): Promise<MetricsPage> {
    const response = await fetch(`${url}/metrics`, { headers: { ...headers, connection: 'close' } });
    if (response.status !== 200) throw new Error(`/metrics was answered with ${response.status}.`);
    const values = new Map<string, number>();
    for (const line of (await response.text()).split('\n')) {
      const [, name = '', value] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
      if (name !== '') values.set(name, (values.get(name) ?? 0) + Number(value));
    }
    return new MetricsPage(values);
  }

  /** Throws when the page has no such metric, so that a renamed one is noticed. */
  get(name: string): number {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`/metrics has no ${name}.`);
    return value;
  }

  /** 0 when the page has no such metric: a counter with labels has none before its first event. */
  find(name: string): number {
    return this.values.get(name) ?? 0;
  }
}
