import { Injectable } from '@nestjs/common';

/** Throws when what it checks is not well; the message reaches the probe's answer and holds no secret. */
export type Check = () => void | Promise<void>;

/**
 * The named checks of readiness. A feature adds its own at start-up; what only others are to blame for (Genesys,
 * the CRM) does not belong here, since no other replica would do better.
 */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, Check>();

  add(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  get all(): readonly (readonly [name: string, check: Check])[] {
    return [...this.checks];
  }
}
