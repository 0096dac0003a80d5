import { Injectable } from '@nestjs/common';

/** Throws when what it checks is not well; the message reaches the probe's answer and holds no secret. */
export type Check = () => void | Promise<void>;

/** What there is to say about something that others are to blame for. */
export type Detail = () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

/**
 * The named checks of readiness. A feature adds its own at start-up; what only others are to blame for (Genesys,
 * the CRM) is only told as a detail, since no other replica would do better.
 */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, Check>();
  private readonly details = new Map<string, Detail>();

  add(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  /** Adds a detail for people: shown with readiness, and never a reason to say no. */
  inform(name: string, detail: Detail): void {
    this.details.set(name, detail);
  }

  get notes(): readonly (readonly [name: string, detail: Detail])[] {
    return [...this.details];
  }

  get all(): readonly (readonly [name: string, check: Check])[] {
    return [...this.checks];
  }
}
