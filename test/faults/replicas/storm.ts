import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../../support/seeded-random';
import type { Replica } from './replica';
import type { ReplicaWorld } from './replica-world';

/** The kinds of faults, with the maximum duration of each. */
export interface StormLimits {
  readonly freezeMs: number;
  readonly blackHoleMs: number;
  readonly databaseDownMs: number;
}

export const LONG: StormLimits = { freezeMs: 30_000, blackHoleMs: 20_000, databaseDownMs: 20_000 };

type Fault = (victim: Replica) => Promise<void>;

/** Random faults of three replicas and their database: the same seed gives the same faults in the same order. */
export class Storm {
  private readonly ofOne: readonly [string, Fault][] = [
    ['kill -9', (victim) => this.kill(victim)],
    ['SIGTERM', (victim) => this.restart(victim)],
    ['SIGSTOP', (victim) => this.freeze(victim)],
    ['black hole', (victim) => this.cutOff(victim)],
    ['slow link', (victim) => this.slowDown(victim)],
    ['reset', (victim) => this.reset(victim)],
    ['half-open', (victim) => this.halfOpen(victim)],
    ['clock jump', (victim) => this.jump(victim)],
  ];
  private readonly ofAll: readonly [string, () => Promise<void>][] = [
    ['database down', () => this.databaseDown()],
    ['database restart', () => this.databaseRestart()],
  ];

  constructor(
    private readonly world: ReplicaWorld,
    private readonly random: SeededRandom,
    private readonly limits: StormLimits,
    private readonly tell: (what: string) => void,
  ) {}

  /**
   * Plays one fault of the database or of a replica, sometimes of two replicas at a time. Resolves when it is over.
   */
  async strike(): Promise<void> {
    if (this.random.next() < 0.15) {
      const [name, fault] = this.one(this.ofAll);
      this.tell(name);
      await fault();
      return;
    }
    const victims = this.victims(this.random.next() < 0.3 ? 2 : 1);
    await Promise.all(
      victims.map(async (victim) => {
        const [name, fault] = this.one(this.ofOne);
        this.tell(`${name}: ${victim.name}`);
        await fault(victim);
      }),
    );
  }

  private async kill(victim: Replica): Promise<void> {
    const awayMs = this.random.between(0, 3_000);
    await victim.kill();
    await delay(awayMs);
    await victim.start();
  }

  private async restart(victim: Replica): Promise<void> {
    await victim.stop();
    await victim.start();
  }

  private async freeze(victim: Replica): Promise<void> {
    victim.freeze();
    await this.last(this.limits.freezeMs);
    victim.thaw();
  }

  private async cutOff(victim: Replica): Promise<void> {
    victim.database.blackHole();
    await this.last(this.limits.blackHoleMs);
    victim.database.heal();
  }

  private async slowDown(victim: Replica): Promise<void> {
    victim.database.slow(this.random.between(20, 300));
    await this.last(5_000);
    victim.database.heal();
  }

  private async reset(victim: Replica): Promise<void> {
    const times = this.random.between(1, 5);
    for (let time = 1; time <= times; time += 1) {
      victim.database.reset();
      await this.last(500);
    }
  }

  private async halfOpen(victim: Replica): Promise<void> {
    victim.database.halfOpen();
    await this.last(5_000);
  }

  /** The jump is longer than any session. */
  private jump(victim: Replica): Promise<void> {
    victim.jump();
    return this.last(5_000);
  }

  private async databaseDown(): Promise<void> {
    const downMs = this.random.between(0, this.limits.databaseDownMs);
    await this.world.server.halt();
    await delay(downMs);
    await this.world.server.resume();
  }

  private async databaseRestart(): Promise<void> {
    await this.world.server.halt();
    await this.world.server.resume();
  }

  private last(atMostMs: number): Promise<void> {
    return delay(this.random.between(0, atMostMs));
  }

  private victims(count: number): Replica[] {
    const left = [...this.world.replicas];
    return Array.from({ length: count }, () =>
      left.splice(this.random.between(0, left.length - 1), 1),
    ).flat();
  }

  private one<T>(items: readonly T[]): T {
    const [first, ...others] = items;
    if (first === undefined) throw new Error('There is nothing to choose from.');
    return this.random.pick([first, ...others]);
  }
}
