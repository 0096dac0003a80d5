import { Injectable } from '@nestjs/common';

/** The name of the check that says no from the moment the process begins to stop. */
export const ACCEPTING = 'accepting';

/**
 * Throws when what it checks is not well; the message reaches the probe's answer and holds no secret. It runs with
 * every probe, so it should be cheap. It has `HealthChecks.PATIENCE_MS`, after which `signal` aborts and it counts
 * as not well; after that nobody waits for it.
 */
export type Check = (signal: AbortSignal) => void | Promise<void>;

/** What there is to say about something that others are to blame for. */
export type Detail = () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

/**
 * The named checks of readiness. A feature adds its own at start-up; what only others are to blame for (Genesys,
 * the CRM) is only told as a detail, since no other replica would do better.
 *
 * A check that fails takes the whole service out of rotation: it is for what this process itself must have. Checks
 * and details share one answer, so a name is given once.
 */
@Injectable()
export class HealthChecks {
  /** How long one check may take; checks run side by side. */
  static readonly PATIENCE_MS = 2_000;

  private readonly checks = new Map<string, Check>();
  private readonly details = new Map<string, Detail>();

  /** Throws for a name that is taken. */
  add(name: string, check: Check): void {
    this.assertFree(name);
    this.checks.set(name, check);
  }

  /** Adds a detail for people: shown with readiness, and never a reason to say no. Throws for a name that is taken. */
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
