import { UpstreamInvalidResponseError } from '../../../common/errors/upstream.errors';
import { boundedTextIn, type Fields, fieldsIn, idIn } from '../../fields';
import { errorCodeOf } from '../../transport/classification';

const MAX_TEXT = 2_000;
const WORD = /^\w{1,40}$/;

/** An Open Messaging integration as the platform shows it, without its secret token and its webhook headers. */
export interface PlatformIntegration {
  readonly id: string;
  readonly name: string;
  readonly status: string | undefined;
  /** `Initiated`, `Completed` or `Error`: integrations are created asynchronously. */
  readonly createStatus: string | undefined;
  /** The platform's error code of a creation that failed. */
  readonly createError: string | undefined;
  /** Address of the webhook, without user, password and query, which may hold credentials. */
  readonly webhookUrl: string | undefined;
  readonly recipientId: string | undefined;
}

/** The changeable settings; what is undefined stays as it is. */
export interface IntegrationSettings {
  readonly name: string;
  readonly webhookUrl?: string | undefined;
  readonly secret?: string | undefined;
}

/** Throws `UpstreamInvalidResponseError` for an object without a valid id. */
export function platformIntegrationIn(fields: Fields): PlatformIntegration {
  const id = idIn(fields, 'id');
  if (id === undefined) throw new UpstreamInvalidResponseError('no id of an integration');
  return {
    id,
    name: boundedTextIn(fields, 'name', MAX_TEXT) ?? '',
    status: wordIn(fields, 'status'),
    createStatus: wordIn(fields, 'createStatus'),
    createError: errorCodeOf(fields['createError']),
    webhookUrl: urlIn(fields, 'outboundNotificationWebhookUrl'),
    recipientId: idIn(fieldsIn(fields, 'recipient'), 'id'),
  };
}

/** The body of a creation or a change. */
export function bodyOf({ name, webhookUrl, secret }: IntegrationSettings): string {
  return JSON.stringify({
    name,
    outboundNotificationWebhookUrl: webhookUrl,
    outboundNotificationWebhookSignatureSecretToken: secret,
  });
}

/** The address at which a service with this public base URL receives the webhooks of an integration. */
export function webhookUrlOf(publicUrl: string, integrationId: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/v1/genesys/open-messaging/${integrationId}`;
}

function wordIn(fields: Fields, name: string): string | undefined {
  const text = boundedTextIn(fields, name, MAX_TEXT);
  return text !== undefined && WORD.test(text) ? text : undefined;
}

function urlIn(fields: Fields, name: string): string | undefined {
  const text = boundedTextIn(fields, name, MAX_TEXT);
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`;
}
