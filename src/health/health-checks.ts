import { Injectable } from '@nestjs/common';

/** The name of the check that fails from the beginning of the shutdown on. */
export const ACCEPTING = 'accepting';

/**
 * Throws if the checked part is unhealthy; the message appears in the probe's response and contains no secret. It
 * runs with every probe, so it should be cheap. After `HealthChecks.PATIENCE_MS` `signal` aborts, the check counts as
 * failed and its result is ignored.
 */
export type Check = (signal: AbortSignal) => void | Promise<void>;

/** Details about a dependency that does not decide readiness. */
export type Detail = () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

/**
 * The named checks of readiness. Each feature adds its own at start-up; failures of shared dependencies (Genesys, the
 * CRM) are only reported as a detail, since no other replica would do better.
 *
 * A failing check takes this replica out of rotation: checks are for requirements of this process itself. Checks and
 * details share one response, so their names must differ.
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
