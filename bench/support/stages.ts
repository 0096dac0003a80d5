import type { SoakedServiceCommands, Usage } from '../children/soaked-service';
import type { CommandedChild } from './commanded-child';
import { number, tableOf } from './table';

/** A sample of the service at the end of a stage, with the stage's length. */
interface Stage {
  readonly name: string;
  readonly seconds: number;
  readonly usage: Usage;
}

const SECONDS = 60;
const HEAD = [
  'after',
  'took s',
  'RSS MiB',
  'heap MiB',
  'RSS kB/session',
  'heap kB/session',
  'CPU s/minute',
  'loop p99 ms',
  'loop max ms',
];

/** The stages of a soak, with the resources of the service after each. The first one is the baseline of the others. */
export class Stages {
  private readonly stages: Stage[] = [];

  constructor(
    private readonly service: CommandedChild<SoakedServiceCommands>,
    private readonly sessions: number,
  ) {}

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work();
    const seconds = (performance.now() - startedAt) / 1000;
    this.stages.push({ name, seconds, usage: await this.service.ask('usage', undefined) });
    return result;
  }

  get table(): string {
    return tableOf(
      HEAD,
      this.stages.map((stage, index) => this.rowOf(stage, this.stages[index - 1])),
    );
  }

  private rowOf({ name, seconds, usage }: Stage, before: Stage | undefined): string[] {
    const idle = this.stages[0]?.usage ?? usage;
    const perSession = (bytes: number): string => number(bytes / 1024 / this.sessions, 1);
    const cpuSeconds = (usage.cpuMicros - (before?.usage.cpuMicros ?? 0)) / 1e6;
    return [
      name,
      number(seconds, 1),
      number(usage.rss / 1024 ** 2, 1),
      number(usage.heap / 1024 ** 2, 1),
      perSession(usage.rss - idle.rss),
      perSession(usage.heap - idle.heap),
      number((cpuSeconds / seconds) * SECONDS, 1),
      number(usage.loopDelayP99Ms, 1),
      number(usage.loopDelayMaxMs),
    ];
  }
}
