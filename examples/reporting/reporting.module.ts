import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { OutboundHttpModule } from '../../src/common/http/outbound-http.module';
import { ProxyConfig } from '../../src/config/proxy.config';
import { EventSinks } from '../../src/sync/ports/event-sinks';
import { ReportingConfig } from './reporting.config';
import { ReportingSink } from './reporting-sink';
import { ReportingTelemetry } from './reporting.telemetry';

const CONNECTIONS = 8;

/** Reports ended sessions to an HTTP service. */
@Module({
  imports: [
    OutboundHttpModule.withConnections(CONNECTIONS, {
      inject: [ReportingConfig, ProxyConfig],
      useFactory: ({ allowPrivate }: ReportingConfig, { proxies }: ProxyConfig) => ({
        publicOnly: !allowPrivate,
        proxies,
      }),
    }),
  ],
  providers: [ReportingSink, ReportingTelemetry],
})
export class ReportingModule implements OnModuleInit {
  constructor(
    private readonly sinks: EventSinks,
    private readonly reporting: ReportingSink,
  ) {}

  /** An entry for the `imports` of the composition root. Global, so that the connection pool finds the settings. */
  static use(variables = process.env): DynamicModule {
    const config = { provide: ReportingConfig, useFactory: () => ReportingConfig.from(variables) };
    return { module: ReportingModule, global: true, providers: [config], exports: [ReportingConfig] };
  }

  onModuleInit(): void {
    this.sinks.add(this.reporting);
  }
}
