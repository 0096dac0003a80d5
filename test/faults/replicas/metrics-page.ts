/** The Prometheus page of a replica at one moment, with the values of a metric by its labels and added up. */
export class MetricsPage {
  private constructor(
    private readonly values: ReadonlyMap<string, number>,
    private readonly labelled: ReadonlyMap<string, number>,
  ) {}

  static async read(url: string, headers: Readonly<Record<string, string>>): Promise<MetricsPage> {
    const response = await fetch(`${url}/metrics`, { headers: { ...headers, connection: 'close' } });
    if (response.status !== 200) throw new Error(`/metrics was answered with ${response.status}.`);
    const [values, labelled] = [new Map<string, number>(), new Map<string, number>()];
    for (const line of (await response.text()).split('\n')) {
      const [, name = '', labels = '', value] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      if (name === '') continue;
      values.set(name, (values.get(name) ?? 0) + Number(value));
      labelled.set(name + labels, Number(value));
    }
    return new MetricsPage(values, labelled);
  }

  /** Throws when the page has no such metric, so that a renamed one is noticed. */
  get(name: string): number {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`/metrics has no ${name}.`);
    return value;
  }

  /** The values of a metric by its labels as they are written on the page. */
  byLabels(name: string): ReadonlyMap<string, number> {
    const own = [...this.labelled].filter(([series]) => series.startsWith(`${name}{`));
    return new Map(own.map(([series, value]) => [series.slice(name.length), value]));
  }

  /** 0 when the page has no such metric: a counter with labels has none before its first event. */
  find(name: string): number {
    return this.values.get(name) ?? 0;
  }
}
