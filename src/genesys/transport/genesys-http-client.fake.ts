import { HttpService } from '@nestjs/axios';
import { HttpClient } from '../../common/http/http-client';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { Metrics } from '../../metrics/metrics';
import type { GenesysAnswer } from './genesys-answer';
import { GenesysHttpClient, type GenesysRequest } from './genesys-http-client';
import { UpstreamCircuits } from './upstream-circuits';
import { GenesysTelemetry } from './genesys.telemetry';

const NO_REPORT = { count: undefined, allowed: undefined, resetMs: undefined };

type Step = () => GenesysAnswer | Promise<GenesysAnswer>;

export function anAnswer(status: number, body: unknown = {}, retryAfter?: string): GenesysAnswer {
  return {
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    retryAfter,
    rate: NO_REPORT,
  };
}

/** Sends nothing: keeps the requests and answers them as the test says, in order; else with 200 and `{}`. */
export class FakeGenesysHttpClient extends GenesysHttpClient {
  readonly requests: GenesysRequest[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  private readonly steps: Step[] = [];

  constructor() {
    const config = new GenesysConfig(new Environment());
    const metrics = new Metrics();
    super(
      new HttpClient(new HttpService()),
      config,
      new GenesysTelemetry(metrics),
      new UpstreamCircuits(config, metrics),
    );
  }

  next(...steps: readonly (GenesysAnswer | Error)[]): void {
    this.steps.push(
      ...steps.map((step) => () => (step instanceof Error ? Promise.reject(step) : Promise.resolve(step))),
    );
  }

  override async send(
    { beforeSend, ...request }: GenesysRequest,
    signal?: AbortSignal,
  ): Promise<GenesysAnswer> {
    beforeSend?.();
    this.requests.push(request);
    this.signals.push(signal);
    return (this.steps.shift() ?? (() => anAnswer(200)))();
  }
}
