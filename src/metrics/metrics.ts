import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'guest_sessions_';

type Reading = () => number | Promise<number>;

/**
 * Node reads it by a private call that ends the process when a handle has lost its owner; `nodejs_active_resources`
 * shows the same.
 */
const UNSAFE = ['nodejs_active_handles', 'nodejs_active_handles_total'];

/**
 * The Prometheus registry of this process, one per application so that several may live in one test. Names get the
 * prefix `guest_sessions_`; label values come from closed sets and are never ids.
 *
 * @publicApi
 */
@Injectable()
export class Metrics {
  protected readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of UNSAFE) this.registry.removeSingleMetric(name);
  }

  counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name: PREFIX + name, help, buckets, labelNames, registers: [this.registry] });
  }

  /** A gauge that reads its value when the page is requested. An unreadable value is NaN. */
  gauge(name: string, help: string, read: Reading): Gauge {
    return new Gauge({
      name: PREFIX + name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await valueOf(read));
      },
    });
  }

  /** Like `gauge`, with one value per label value; the set of label values is read each time too. */
  gaugeBy<Label extends string>(
    name: string,
    help: string,
    label: Label,
    readings: () => Readonly<Record<string, Reading>>,
  ): Gauge<Label> {
    return new Gauge<Label>({
      name: PREFIX + name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        for (const [value, read] of Object.entries(readings())) this.labels(value).set(await valueOf(read));
      },
    });
  }

  /** A gauge of 1, whose labels are facts that stay the same while the process runs. */
  info(name: string, help: string, facts: Readonly<Record<string, string>>): void {
    const labelNames = Object.keys(facts);
    new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.registry] }).set(facts, 1);
  }

  /** The metrics page in Prometheus' text format. */
  async page(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}

async function valueOf(read: Reading): Promise<number> {
  try {
    return await read();
  } catch {
    // The page must stay readable during a database outage, which readiness reports.
    return Number.NaN;
  }
}
