import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { PRODUCT } from '../common/product';
import { HealthChecks } from './health-checks';
import { HealthController } from './health.controller';

@Global()
@Module({
  // The failing probe carries the message; logging it as well would repeat it every few seconds.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [HealthChecks],
  exports: [HealthChecks],
})
export class HealthModule {
  constructor(checks: HealthChecks) {
    const { version, commit } = PRODUCT;
    checks.inform('release', () => ({ version, commit }));
  }
}
