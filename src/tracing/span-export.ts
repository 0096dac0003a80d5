import { ROOT_CONTEXT, SpanKind as Kind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Trace } from '../common/logging/trace';
import { PRODUCT } from '../common/product';
import type { SpanKind, StartedSpan, Tracer } from '../common/tracing/spans';
import type { SpanCollector, TracingConfig } from '../config/tracing.config';

/** Bounds of the queue: spans beyond it are dropped, and a batch is never larger than this. */
const MAX_QUEUED = 4_096;
const MAX_BATCH = 512;
const EXPORT_EVERY_MS = 2_000;
/** Time-out of an export with its retries. */
const EXPORT_TIMEOUT_MS = 10_000;
/** Exports in flight; the batches behind them are failed at once. */
const MAX_EXPORTS = 4;
/** No attribute is a text of a caller; this bounds a mistake. */
const LIMITS = { attributeCountLimit: 32, attributeValueLengthLimit: 256 };

const KINDS: Readonly<Record<SpanKind, Kind>> = {
  internal: Kind.INTERNAL,
  server: Kind.SERVER,
  client: Kind.CLIENT,
};

/** Called with the number of spans of each export, and the error of one that failed. */
export type ExportObserver = (spans: number, error?: Error) => void;

/** A tracer, and the end of its export. */
export interface SpanExport {
  readonly tracer: Tracer;
  /** Exports what is queued and stops; takes no longer than an export may. */
  readonly shutdown: () => Promise<void>;
}

/**
 * The SDK of OpenTelemetry. This is the only module that imports it, and it is loaded when traces are on. Nothing of it
 * is registered globally: the context is that of `RequestContext`.
 */
export function startSpanExport(
  collector: SpanCollector,
  config: Pick<TracingConfig, 'sampler' | 'ratio' | 'resource'>,
  instance: string,
  observe: ExportObserver,
): SpanExport {
  const processor = new BatchSpanProcessor({
    exporter: observed(exporterFor(collector), observe),
    maxQueueSize: MAX_QUEUED,
    maxExportBatchSize: MAX_BATCH,
    scheduledDelayMillis: EXPORT_EVERY_MS,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    sampler: samplerOf(config),
    spanLimits: LIMITS,
    resource: resourceFromAttributes({ 'service.instance.id': instance, ...config.resource }),
    spanProcessors: [processor],
  });
  const source = provider.getTracer(PRODUCT.name, PRODUCT.version);
  return {
    tracer: (name, kind, parent) => {
      const span = source.startSpan(name, { kind: KINDS[kind] }, contextOf(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
      const started: StartedSpan = {
        trace: { traceId, spanId, isSampled, isSpan: true },
        isRecording: span.isRecording(),
        set: (attribute, value) => span.setAttribute(attribute, value),
        rename: (to) => span.updateName(to),
        fail: (type) => span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }),
        end: () => {
          span.end();
        },
      };
      return started;
    },
    shutdown: () => provider.shutdown(),
  };
}

function exporterFor({ url, protocol, headers }: SpanCollector): SpanExporter {
  const options = {
    url,
    headers: { ...headers },
    timeoutMillis: EXPORT_TIMEOUT_MS,
    concurrencyLimit: MAX_EXPORTS,
  };
  return protocol === 'http/json' ? new JsonExporter(options) : new ProtobufExporter(options);
}

function observed(exporter: SpanExporter, observe: ExportObserver): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        const isExported = result.code === ExportResultCode.SUCCESS;
        observe(spans.length, isExported ? undefined : (result.error ?? new Error('Export failed')));
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

function samplerOf({ sampler, ratio }: Pick<TracingConfig, 'sampler' | 'ratio'>): Sampler {
  const name = sampler.replace('parentbased_', '');
  const root =
    name === 'always_on'
      ? new AlwaysOnSampler()
      : name === 'always_off'
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(ratio);
  return name === sampler ? root : new ParentBasedSampler({ root });
}

function contextOf(parent: Trace | undefined): typeof ROOT_CONTEXT {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled, isSpan } = parent;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: isSpan !== true });
}
