import type { Admitted } from '../genesys/conversation-endpoint';
import { firstFalse } from '../genesys/conversation-checks';
import { platformError } from '../genesys/platform-error';
import { Answer, emptyAnswer, jsonAnswer } from '../server/answer';
import { asFields, Fields, isFields, textOf } from '../web-messaging/guest-request';
import { IntegrationChange, OpenIntegration } from './open-integration';
import { OpenMessagingSettings } from './open-messaging-options';

export const INTEGRATIONS_PATH = '/api/v2/conversations/messaging/integrations/open';

const MIN_SECRET_LENGTH = 16;
const MAX_INTEGRATIONS = 1_000;
const DEFAULT_PAGE_SIZE = 25;

/** The REST endpoint of the organisation's Open Messaging integrations. */
export class IntegrationEndpoint {
  constructor(
    private readonly integrations: Map<string, OpenIntegration>,
    private readonly settings: OpenMessagingSettings,
  ) {}

  /** Returns undefined for any other path. */
  answer(admitted: Admitted): Answer | undefined {
    const { path } = admitted.request;
    if (path === INTEGRATIONS_PATH) return this.answerAll(admitted);
    if (!path.startsWith(`${INTEGRATIONS_PATH}/`)) return undefined;
    const integration = this.integrations.get(path.slice(INTEGRATIONS_PATH.length + 1));
    return integration === undefined
      ? platformError({ status: 404 }, admitted.correlationId)
      : this.answerOne(integration, admitted);
  }

  private answerAll({ request, correlationId }: Admitted): Answer {
    switch (request.method) {
      case 'GET':
        return jsonAnswer(200, this.page(request.query));
      case 'POST': {
        const refusal = this.check(asFields(request.body), true);
        if (refusal !== undefined) return platformError({ status: 400, ...refusal }, correlationId);
        if (this.integrations.size >= MAX_INTEGRATIONS) return platformError({ status: 409 }, correlationId);
        const { now, initiatedReads } = this.settings;
        const created = OpenIntegration.create(changeIn(asFields(request.body)), now(), initiatedReads);
        this.integrations.set(created.id, created);
        return jsonAnswer(200, read(created));
      }
      default:
        return platformError({ status: 405 }, correlationId);
    }
  }

  private answerOne(integration: OpenIntegration, { request, correlationId }: Admitted): Answer {
    switch (request.method) {
      case 'GET':
        return jsonAnswer(200, read(integration));
      case 'PATCH': {
        const refusal = this.check(asFields(request.body), false);
        if (refusal !== undefined) return platformError({ status: 400, ...refusal }, correlationId);
        integration.change(changeIn(asFields(request.body)), this.settings.now());
        return jsonAnswer(200, read(integration));
      }
      case 'DELETE':
        this.integrations.delete(integration.id);
        return emptyAnswer(204);
      default:
        return platformError({ status: 405 }, correlationId);
    }
  }

  private page(query: Readonly<Record<string, string>>): unknown {
    const pageSize = positive(query['pageSize'], DEFAULT_PAGE_SIZE);
    const pageNumber = positive(query['pageNumber'], 1);
    const all = [...this.integrations.values()];
    const entities = all.slice((pageNumber - 1) * pageSize, pageNumber * pageSize).map(read);
    const pageCount = Math.ceil(all.length / pageSize);
    return { entities, pageSize, pageNumber, total: all.length, pageCount, selfUri: INTEGRATIONS_PATH };
  }

  /** A creation needs name, address and secret; a change needs only the name. */
  private check(body: Fields, isCreation: boolean): ReturnType<typeof firstFalse> {
    const url = body['outboundNotificationWebhookUrl'];
    const secret = body['outboundNotificationWebhookSignatureSecretToken'];
    const headers = body['webhookHeaders'];
    const mayLack = (value: unknown): boolean => !isCreation && value === undefined;
    return firstFalse({
      name: textOf(body['name']) !== undefined,
      outboundNotificationWebhookUrl: mayLack(url) || this.isAcceptedUrl(url),
      outboundNotificationWebhookSignatureSecretToken:
        mayLack(secret) || (typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH),
      webhookHeaders:
        headers === undefined ||
        (isFields(headers) && Object.values(headers).every((one) => typeof one === 'string')),
    });
  }

  private isAcceptedUrl(value: unknown): boolean {
    if (typeof value !== 'string' || !URL.canParse(value)) return false;
    const { protocol, port } = new URL(value);
    return this.settings.httpsOnly ? protocol === 'https:' && port === '' : /^https?:$/.test(protocol);
  }
}

function read(integration: OpenIntegration): unknown {
  return integration.read(`${INTEGRATIONS_PATH}/${integration.id}`);
}

function changeIn(body: Fields): IntegrationChange {
  const name = textOf(body['name']);
  const webhookUrl = textOf(body['outboundNotificationWebhookUrl']);
  const secret = textOf(body['outboundNotificationWebhookSignatureSecretToken']);
  const headers = body['webhookHeaders'];
  return {
    ...(name === undefined ? {} : { name }),
    ...(webhookUrl === undefined ? {} : { webhookUrl }),
    ...(secret === undefined ? {} : { secret }),
    ...(isFields(headers) ? { webhookHeaders: headers as Readonly<Record<string, string>> } : {}),
    supportedContent: body['supportedContent'],
    messagingSetting: body['messagingSetting'],
  };
}

function positive(text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  return Number.isSafeInteger(value) && value > 0 ? value : fallback;
}
