import { Global, Module } from '@nestjs/common';
import { AuditCheck } from './audit-check';
import { AuditController } from './audit.controller';
import { AuditExport } from './audit-export';
import { AuditLogger } from './audit-logger';
import { AuditQueries } from './audit.queries';
import { AuditReads } from './audit-reads';
import { AuditRefusals } from './audit-refusals';
import { AuditRetention } from './audit-retention';
import { AuditThrottle } from './audit-throttle';
import { AuditListener } from './ports/audit-listener';

/**
 * The audit trail's API. Needs the `AuditTrail`, which stores it, and an `AuditObserver` from the composition root.
 */
@Global()
@Module({
  controllers: [AuditController],
  providers: [
    AuditLogger,
    AuditQueries,
    AuditExport,
    AuditCheck,
    AuditThrottle,
    AuditRefusals,
    AuditReads,
    AuditRetention,
    { provide: AuditListener, useExisting: AuditLogger },
  ],
  exports: [AuditListener, AuditRefusals, AuditReads],
})
export class AuditModule {}
