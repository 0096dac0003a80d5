import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { HealthChecks } from '../../src/health/health-checks';
import { SessionPolicies } from '../../src/session/ports/session-policies';
import { EventSinks } from '../../src/sync/ports/event-sinks';
import { LedgerSink } from './ledger-sink';
import { OpeningHoursConfig } from './opening-hours.config';
import { OpeningHoursPolicy } from './opening-hours-policy';

/** Allows sessions during opening hours only, and keeps a ledger of their events. */
@Module({ providers: [LedgerSink, OpeningHoursPolicy] })
export class OpeningHoursModule implements OnModuleInit {
  constructor(
    private readonly sinks: EventSinks,
    private readonly policies: SessionPolicies,
    private readonly checks: HealthChecks,
    private readonly ledger: LedgerSink,
    private readonly hours: OpeningHoursPolicy,
  ) {}

  /** Returns the module for the `imports` of the composition root. */
  static use(variables = process.env): DynamicModule {
    // A factory throws for an invalid setting where the start handles it.
    const config = { provide: OpeningHoursConfig, useFactory: () => OpeningHoursConfig.from(variables) };
    return { module: OpeningHoursModule, providers: [config] };
  }

  onModuleInit(): void {
    this.sinks.add(this.ledger);
    this.policies.add(this.hours);
    this.checks.add(this.ledger.name, () => this.ledger.assertWritable());
  }
}
