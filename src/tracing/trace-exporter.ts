import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { sleep } from '../common/time/sleep';
import { Spans } from '../common/tracing/spans';
import { TracingConfig } from '../config/tracing.config';
import type { SpanExport } from './span-export';
import { TracingTelemetry } from './tracing.telemetry';

/** A part of the time that a stop may take; a collector that does not answer loses the last spans. */
const FLUSH_MS = 1_500;

/**
 * Exports spans while the application runs, if there is a collector. Otherwise the SDK is not even loaded. No failure of
 * the collector reaches a request.
 */
@Injectable()
export class TraceExporter implements OnModuleInit, OnApplicationShutdown {
  private running: SpanExport | undefined;
  private stopRecording: () => void = () => undefined;

  constructor(
    private readonly config: TracingConfig,
    private readonly telemetry: TracingTelemetry,
  ) {}

  async onModuleInit(): Promise<void> {
    const { collector } = this.config;
    if (collector === undefined) return;
    const { startSpanExport } = await import('./span-export.js');
    this.running = startSpanExport(collector, this.config, randomUUID(), (spans, error) => {
      this.telemetry.exportEnded(spans, error);
    });
    this.stopRecording = Spans.recordWith(this.running.tracer);
  }

  /** The last step of stopping: exports what is queued, within 1.5 seconds. */
  async onApplicationShutdown(): Promise<void> {
    this.stopRecording();
    if (this.running === undefined) return;
    const over = new AbortController();
    const isFlushed = await Promise.race([
      this.running.shutdown().then(
        () => true,
        () => false,
      ),
      sleep(FLUSH_MS, over.signal).then(() => false),
    ]);
    over.abort();
    if (!isFlushed) this.telemetry.flushUnfinished();
  }
}
