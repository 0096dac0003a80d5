import { Global, Module } from '@nestjs/common';
import { FigureRecorder } from './figure-recorder';
import { AuditTelemetry } from './audit.telemetry';
import { BuildTelemetry } from './build.telemetry';
import { HttpTelemetry } from './http.telemetry';
import { LogTelemetry } from './log.telemetry';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';
import { SummaryService } from './summary.service';
import { PoisonTelemetry } from './poison.telemetry';
import { StorageTelemetry } from './storage.telemetry';

/** Needs a `SummaryStore` and `StorageErrors` from the composition root. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [
    Metrics,
    FigureRecorder,
    SummaryService,
    BuildTelemetry,
    HttpTelemetry,
    AuditTelemetry,
    LogTelemetry,
    PoisonTelemetry,
    StorageTelemetry,
  ],
  exports: [Metrics, FigureRecorder, HttpTelemetry, AuditTelemetry, LogTelemetry],
})
export class MetricsModule {}
