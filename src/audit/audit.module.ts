import { Global, Module } from '@nestjs/common';
import { AuditLogger } from './audit.logger';
import { AuditPublisher } from './ports/audit.publisher';

@Global()
@Module({
  providers: [AuditLogger, { provide: AuditPublisher, useExisting: AuditLogger }],
  exports: [AuditPublisher],
})
export class AuditModule {}
