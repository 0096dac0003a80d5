import { aCaller, keysOf, type TestCaller } from '../../support/callers';
import { HAProxy } from '../../support/haproxy';
import type { SeededRandom } from '../../support/seeded-random';
import { DeploymentLoad } from './deployment-load';
import { ReplicaWorld } from './replica-world';

/** Callers of the deployment: as deploy/README.md makes their keys. */
export interface DeploymentCallers {
  readonly load: TestCaller;
  readonly operator: TestCaller;
  readonly prometheus: TestCaller;
}

/** Three replicas on one PostgreSQL with the channels of guests, behind HAProxy with the shipped configuration. */
export class DeploymentWorld implements AsyncDisposable {
  private constructor(
    readonly replicas: ReplicaWorld,
    readonly proxy: HAProxy,
    readonly callers: DeploymentCallers,
  ) {}

  /** Heartbeats and deadlines are near their defaults, not shortened as in the other scenarios. */
  static async start(entry: string | undefined): Promise<DeploymentWorld> {
    const callers = {
      load: aCaller('load', [
        'sessions.read',
        'sessions.write',
        'sessions.end',
        'messages.read',
        'messages.write',
      ]),
      operator: aCaller('operator'),
      prometheus: aCaller('prometheus', ['sessions.read']),
    };
    const environment = {
      ...keysOf(callers.load, callers.operator, callers.prometheus),
      HEARTBEAT_MAX_INTERVAL_MS: '10000',
      SESSION_OPEN_DEADLINE_MS: '30000',
      SHUTDOWN_MODE: 'handover',
      WEBHOOKS_ALLOW_PRIVATE: 'true',
    };
    const replicas = await ReplicaWorld.start({ ...(entry && { entry }), environment, webMessaging: true });
    try {
      const proxy = await HAProxy.start(addressesOf(replicas));
      return new DeploymentWorld(replicas, proxy, callers);
    } catch (error) {
      await replicas[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A load of the caller that may open, read, write and end. */
  load(random: SeededRandom, residents: number): DeploymentLoad {
    return new DeploymentLoad({
      url: this.proxy.url,
      credential: this.callers.load.headers,
      random,
      residents,
    });
  }

  /** Registers the CRM as a webhook of the operator, and tests it so that it becomes active. */
  async registerWebhook(): Promise<void> {
    const { headers } = this.callers.operator;
    const send = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
      const json = body === undefined ? {} : { body: JSON.stringify(body) };
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const request = { method: 'POST', headers: { ...headers, ...type }, ...json };
      const response = await fetch(this.proxy.url + path, request);
      if (!response.ok) throw new Error(`${path} was answered with ${response.status}.`);
      return (await response.json()) as Record<string, unknown>;
    };
    const { id } = await send('/v1/webhooks', {
      url: this.replicas.crm.url,
      types: ['session.*'],
      sessions: 'all',
    });
    await send(`/v1/webhooks/${String(id)}/test`);
  }

  /** Addresses of the replicas, as `host:port`. */
  get addresses(): string[] {
    return addressesOf(this.replicas);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.replicas[Symbol.asyncDispose]();
  }
}

function addressesOf({ replicas }: ReplicaWorld): string[] {
  return replicas.map(({ url }) => new URL(url).host);
}
