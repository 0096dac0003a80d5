import type { Admitted } from '../genesys/conversation-endpoint';
import { platformError } from '../genesys/platform-error';
import { Answer, jsonAnswer } from '../server/answer';
import { OpenMessagingSettings } from './open-messaging-options';
import { LimitNamespaces, ORGANIZATION_LIMITS } from './organization-facts';

const WAIT = /^\/api\/v2\/routing\/queues\/([^/]+)\/mediatypes\/[^/]+\/estimatedwaittime$/;
const LIMITS = /^\/api\/v2\/organizations\/limits\/namespaces\/([^/]+)(\/defaults)?$/;
const IP_RANGES_PATH = '/api/v2/ipranges';

/** Reads about the organisation: waits of queues, source addresses of the platform, and effective limits. */
export class OrganizationEndpoint {
  constructor(
    private readonly settings: OpenMessagingSettings,
    private readonly waitSeconds: ReadonlyMap<string, number>,
  ) {}

  /** Returns undefined for any other path. */
  answer({ request, correlationId }: Admitted): Answer | undefined {
    const found = this.find(request.path);
    if (found === undefined || request.method === 'GET') return found?.(correlationId);
    return platformError({ status: 405 }, correlationId);
  }

  private find(path: string): ((correlationId: string) => Answer) | undefined {
    if (path === IP_RANGES_PATH) return () => jsonAnswer(200, { entities: this.settings.ipRanges });
    const queueId = WAIT.exec(path)?.[1];
    if (queueId !== undefined) {
      const seconds = this.waitSeconds.get(queueId) ?? this.settings.estimatedWaitSeconds;
      const result = { intent: 'ALL', formula: 'BEST', estimatedWaitTimeSeconds: seconds };
      return () => jsonAnswer(200, { results: [result] });
    }
    const [, namespace, defaults] = LIMITS.exec(path) ?? [];
    if (namespace === undefined) return undefined;
    const limits = defaults === undefined ? this.settings.limits : ORGANIZATION_LIMITS;
    return (id) => limitsAnswer(limits, namespace, id);
  }
}

function limitsAnswer(limits: LimitNamespaces, namespace: string, correlationId: string): Answer {
  const found = Object.hasOwn(limits, namespace) ? limits[namespace] : undefined;
  if (found === undefined) return platformError({ status: 404 }, correlationId);
  const entities = Object.entries(found).map(([key, value]) => ({ key, namespace, value }));
  return jsonAnswer(200, { entities });
}
