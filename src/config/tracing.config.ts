import { PRODUCT } from '../common/product';
import type { Environment } from './environment';
import { keyValuesIn } from './key-value-list';

/** The collector of an exporter without an endpoint, by the specification. */
const LOCAL_COLLECTOR = 'http://localhost:4318';
const TRACES_PATH = 'v1/traces';

export type SpanSampler = Environment['OTEL_TRACES_SAMPLER'];

/** The collector of spans. */
export interface SpanCollector {
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly headers: Readonly<Record<string, string>>;
}

/** Traces by OpenTelemetry, with the names and defaults of its specification. */
export class TracingConfig {
  /** Undefined while traces are off. */
  readonly collector: SpanCollector | undefined;
  readonly sampler: SpanSampler;
  /** From 0 to 1. */
  readonly ratio: number;
  /** Attributes of the process that every span has. */
  readonly resource: Readonly<Record<string, string>>;

  constructor(environment: Environment) {
    this.collector = collectorOf(environment);
    this.sampler = environment.OTEL_TRACES_SAMPLER;
    this.ratio = environment.OTEL_TRACES_SAMPLER_ARG;
    this.resource = {
      'service.name': PRODUCT.name,
      'service.version': PRODUCT.version,
      ...keyValuesIn(environment.OTEL_RESOURCE_ATTRIBUTES ?? ''),
      ...(environment.OTEL_SERVICE_NAME === undefined
        ? {}
        : { 'service.name': environment.OTEL_SERVICE_NAME }),
    };
  }
}

/** An endpoint turns traces on, and so does an exporter that is named: it has the endpoint of the specification. */
function collectorOf(environment: Environment): SpanCollector | undefined {
  const {
    OTEL_SDK_DISABLED: isDisabled,
    OTEL_TRACES_EXPORTER: exporter,
    OTEL_EXPORTER_OTLP_ENDPOINT: base = exporter === 'otlp' ? LOCAL_COLLECTOR : undefined,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url = base && withTracesPath(base),
  } = environment;
  if (isDisabled || exporter === 'none' || url === undefined) return undefined;
  return {
    url: new URL(url).href,
    protocol: environment.OTEL_EXPORTER_OTLP_PROTOCOL,
    headers: keyValuesIn(environment.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
  };
}

function withTracesPath(base: string): string {
  return `${base}${base.endsWith('/') ? '' : '/'}${TRACES_PATH}`;
}
