import { Controller, Get, UseFilters, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { Public } from '../common/access/route-access.decorator';
import { Drain } from '../common/lifecycle/drain';
import { ShuttingDownError } from '../common/lifecycle/shutting-down.errors';
import { abortable } from '../common/time/abortable';
import { withDeadline } from '../common/time/deadline';
import { ACCEPTING, type Check, type Detail, HealthChecks } from './health-checks';
import { HealthFilter } from './health.filter';

@ApiTags('health')
@Controller({ path: 'health', version: VERSION_NEUTRAL })
@UseFilters(HealthFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly checks: HealthChecks,
    private readonly drain: Drain,
  ) {}

  /** 200 while the event loop runs; does no I/O. */
  @Get('live')
  @Public()
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** 200 when requests can be served; 503 from the moment the process begins to stop. */
  @Get('ready')
  @Public()
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    const named = this.checks.all.map(
      ([name, check]) =>
        () =>
          this.run(name, check),
    );
    const notes = this.checks.notes.map(
      ([name, detail]) =>
        () =>
          this.tell(name, detail),
    );
    const accepting: Check = () => {
      if (this.drain.isAnnounced) throw new ShuttingDownError();
    };
    return this.health.check([() => this.run(ACCEPTING, accepting), ...named, ...notes]);
  }

  /** A detail that cannot be read is shown as such, and does not fail readiness. */
  private async tell(name: string, detail: Detail): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      return indicator.up(await this.inTime(detail));
    } catch {
      return indicator.up({ detail: 'unknown' });
    }
  }

  private async run(name: string, check: Check): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      await this.inTime(check);
      return indicator.up();
    } catch (error) {
      return indicator.down({ reason: error instanceof Error ? error.message : 'unknown' });
    }
  }

  private inTime<T>(work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    const patienceMs = HealthChecks.PATIENCE_MS;
    return withDeadline(
      patienceMs,
      this.drain.signal,
      (signal) => abortable(work(signal), signal),
      (cause) => new Error(`no answer within ${patienceMs} ms`, { cause }),
    );
  }
}
