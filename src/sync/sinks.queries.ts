import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { SinkNotFoundError } from './domain/sync.errors';
import { EventSinks } from './ports/event-sinks';
import { type Backlog, OutboxStore } from './ports/outbox.store';
import { type SinkState, SinkStore } from './ports/sink.store';

export type SinkCondition = 'healthy' | 'failing' | 'throttled' | 'paused';

/** The condition of a sink, with its state and backlog. */
export interface SinkOverview extends SinkState, Backlog {
  readonly name: string;
  readonly condition: SinkCondition;
}

/** Reads the conditions of sinks from the database: every replica reports the same. */
@Injectable()
export class SinksQueries {
  constructor(
    private readonly sinks: EventSinks,
    private readonly store: SinkStore,
    private readonly outbox: OutboxStore,
    private readonly clock: Clock,
  ) {}

  all(): Promise<SinkOverview[]> {
    return Promise.all(this.sinks.names.map((name) => this.get(name)));
  }

  /** Throws `SinkNotFoundError`. */
  async get(name: string): Promise<SinkOverview> {
    if (this.sinks.get(name) === undefined) throw new SinkNotFoundError();
    const [state, backlog] = [await this.store.state(name), await this.outbox.backlog(name)];
    return { name, condition: this.conditionOf(state), ...state, ...backlog };
  }

  /** The conditions of all sinks, by name. */
  async conditions(): Promise<Readonly<Record<string, SinkCondition>>> {
    const { names } = this.sinks;
    const named = names.map(async (name) => [name, await this.condition(name)] as const);
    return Object.fromEntries(await Promise.all(named));
  }

  async condition(name: string): Promise<SinkCondition> {
    return this.conditionOf(await this.store.state(name));
  }

  private conditionOf({ paused, retryAfter = 0, failingUntil = 0 }: SinkState): SinkCondition {
    if (paused !== undefined) return 'paused';
    const now = this.clock.now();
    if (failingUntil > now) return 'failing';
    return retryAfter > now ? 'throttled' : 'healthy';
  }
}
