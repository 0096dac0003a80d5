import { Module } from '@nestjs/common';
import { TraceExporter } from './trace-exporter';
import { TracingTelemetry } from './tracing.telemetry';

/** Exports the spans of `Spans` to a collector, if the settings name one. */
@Module({ providers: [TraceExporter, TracingTelemetry] })
export class TracingModule {}
