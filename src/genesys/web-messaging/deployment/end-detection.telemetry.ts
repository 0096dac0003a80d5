import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { GenesysConfig } from '../../../config/genesys.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { HealthChecks } from '../../../health/health-checks';
import { Metrics } from '../../../metrics/metrics';
import type { EndDetection } from '../../../session/domain/end-detection';
import { DeploymentConfig } from './deployment-config';

/**
 * Warns operators of a deployment that does not signal when agents end conversations: by a log line at each change to it,
 * by a gauge, and by a detail of readiness. It reads the deployment at startup, unless sign-in at startup is off.
 */
@Injectable()
export class EndDetectionTelemetry implements OnModuleInit, OnApplicationBootstrap {
  private readonly log = new Logger('WebMessaging');
  private logged: EndDetection | undefined;

  constructor(
    private readonly deployment: DeploymentConfig,
    private readonly config: WebMessagingConfig,
    private readonly genesys: GenesysConfig,
    private readonly health: HealthChecks,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    if (!this.config.isComplete) return;
    this.deployment.onRead(({ endDetection }) => {
      this.logChange(endDetection);
    });
    this.metrics.gauge(
      'agent_end_undetected',
      '1 while the deployment does not tell that an agent has ended a conversation',
      () => (this.deployment.peek()?.endDetection === 'none' ? 1 : 0),
    );
    this.health.inform('web-messaging-deployment', () => ({
      endDetection: this.deployment.peek()?.endDetection ?? 'unknown',
    }));
  }

  onApplicationBootstrap(): void {
    if (this.config.isComplete && this.genesys.signsInAtStart) this.deployment.peek();
  }

  private logChange(endDetection: EndDetection): void {
    if (endDetection === this.logged) return;
    this.logged = endDetection;
    if (endDetection !== 'none') return;
    const message = 'End by the agent undetectable: conversation disconnect is off in the deployment';
    this.log.warn({ message });
  }
}
