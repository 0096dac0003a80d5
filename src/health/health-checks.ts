import { Injectable } from '@nestjs/common';

/** The name of the check that fails from the beginning of the shutdown on. */
export const ACCEPTING = 'accepting';

/**
 * Throws when what it checks is not well; the message reaches the probe's answer and holds no secret. It runs with
 * every probe, so it should be cheap. It has `HealthChecks.PATIENCE_MS`, after which `signal` aborts and it counts
 * as not well; after that nobody waits for it.
 *
 * @publicApi
 */
export type Check = (signal: AbortSignal) => void | Promise<void>;

/**
 * What there is to say about something that others are to blame for.
 *
 * @publicApi
 */
export type Detail = () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

/**
 * The named checks of readiness. Each feature adds its own at start-up; failures of shared dependencies (Genesys, the
 * CRM) are only reported as a detail, since no other replica would do better.
 *
 * A check that fails takes the whole service out of rotation: it is for what this process itself must have. Checks
 * and details share one answer, so a name is given once.
 *
 * @publicApi
 */
@Injectable()
export class HealthChecks {
  /** Time-out of a check; checks run concurrently. */
  static readonly PATIENCE_MS = 2_000;

  private readonly checks = new Map<string, Check>();
  private readonly details = new Map<string, Detail>();

  /** Throws for a duplicate name. */
  add(name: string, check: Check): void {
    this.assertFree(name);
    this.checks.set(name, check);
  }

  /** Adds a detail for operators: shown with readiness, and never a reason to fail. Throws for a duplicate name. */
  inform(name: string, detail: Detail): void {
    this.assertFree(name);
    this.details.set(name, detail);
  }

  get notes(): readonly (readonly [name: string, detail: Detail])[] {
    return [...this.details];
  }

  get all(): readonly (readonly [name: string, check: Check])[] {
    return [...this.checks];
  }

  private assertFree(name: string): void {
    const isTaken = name === ACCEPTING || this.checks.has(name) || this.details.has(name);
    if (isTaken) throw new Error(`There is already something named "${name}" among the health checks`);
  }
}
