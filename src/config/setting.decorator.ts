import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsIn,
  IsInt,
  IsNumber,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { isClaimText } from '../common/access/claim-text';
import { parseUrl } from '../common/http/parse-url';
import { MayBeAbsent } from '../common/validation/text.decorator';
import { API_KEYS_RULE, isApiKeyList } from './api-key-list';
import { dataKeyProblem, isDataKeyList, splitDataKeys } from './data-key-list';
import { isKeyValueList, KEY_VALUES_RULE } from './key-value-list';
import { isOAuthClientList, OAUTH_CLIENTS_RULE } from './oauth-client-list';
import { isOpenIntegrationList, OPEN_INTEGRATIONS_RULE } from './open-integration-list';
import { isPlatformId } from './platform-id';
import { isScopeMap, SCOPE_MAP_RULE } from './scope-map';
import { isDecodable, postgresUrlFault, urlFault } from './url-rules';
import { EVENT_SECRETS_RULE, isEventSecretList, splitEventSecrets } from './event-secret-list';
import { isWebhookSecretList, splitWebhookSecrets, WEBHOOK_SECRET_RULE } from './webhook-secret-list';

/** An integer within inclusive bounds, written in decimal digits. */
export function IntegerSetting(min: number, max: number): PropertyDecorator {
  const message = `must be a whole number from ${min} to ${max}`;
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
    ),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

/** `true` or `false`; other values are left unchanged, so that the validator refuses them. */
export function BooleanSetting(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  );
}

/** One of a few words. */
export function ChoiceSetting(...words: string[]): PropertyDecorator {
  return IsIn(words, { message: `must be one of: ${words.join(', ')}` });
}

/** A decimal number within inclusive bounds. */
export function NumberSetting(min: number, max: number): PropertyDecorator {
  const message = `must be a number from ${min} to ${max}`;
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : value,
    ),
    IsNumber({}, { message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

/** A comma-separated list of `key=value`. */
export function KeyValuesSetting(): PropertyDecorator {
  return ValidateBy(
    { name: 'isKeyValueList', validator: { validate: isKeyValueList } },
    { message: KEY_VALUES_RULE },
  );
}

/** A comma-separated list of words. */
export function ListSetting(): PropertyDecorator {
  const message = 'must be a comma-separated list of words in lower case';
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value,
    ),
    ArrayNotEmpty({ message }),
    IsString({ each: true, message }),
    Matches(/^[a-z][a-z0-9-]{0,63}$/, { each: true, message }),
  );
}

/** A comma-separated list of at most 1,000 ids of the platform. */
export function IdListSetting(): PropertyDecorator {
  const message = 'must be a comma-separated list of at most 1000 ids';
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.split(',').map((id) => id.trim()) : value,
    ),
    ValidateBy({ name: 'isIdList', validator: { validate: isIdList } }, { message }),
  );
}

function isIdList(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 1_000 && value.every(isPlatformId);
}

/** An absolute URL of one of the schemes, without credentials. */
export function UrlSetting(...schemes: string[]): PropertyDecorator {
  return FaultlessSetting('isUrlSetting', (value) => urlFault(value, schemes, false));
}

/** An absolute URL to which paths are appended. */
export function PrefixUrlSetting(...schemes: string[]): PropertyDecorator {
  return FaultlessSetting('isPrefixUrl', (value) => prefixFault(value, schemes));
}

function prefixFault(value: unknown, schemes: readonly string[]): string | undefined {
  const fault = urlFault(value, schemes, false);
  if (fault !== undefined || typeof value !== 'string') return fault;
  return /[?#]/.test(value) ? 'must not hold a query or a fragment' : undefined;
}

/** An absolute URL that may contain a user and a password, which are sent as HTTP Basic. */
export function UrlWithUserSetting(...schemes: string[]): PropertyDecorator {
  return FaultlessSetting('isUrlSetting', (value) => urlFault(value, schemes, true));
}

/** The URL of a PostgreSQL database, in the driver's syntax. */
export function PostgresUrlSetting(): PropertyDecorator {
  return FaultlessSetting('isPostgresUrl', postgresUrlFault);
}

function FaultlessSetting(name: string, faultOf: (value: unknown) => string | undefined): PropertyDecorator {
  const validate = (value: unknown): boolean => faultOf(value) === undefined;
  const message = ({ value }: ValidationArguments): string => faultOf(value) ?? '';
  return ValidateBy({ name, validator: { validate, defaultMessage: (args) => (args ? message(args) : '') } });
}

/** The URL of a proxy: a host, with or without a port and credentials, without a path. */
export function ProxySetting(): PropertyDecorator {
  const message =
    'must be a URL such as http://proxy.example.com:3128, with user:password@ where the proxy asks for it';
  return ValidateBy({ name: 'isProxyUrl', validator: { validate: isProxyUrl } }, { message });
}

function isProxyUrl(value: unknown): boolean {
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  if (url === undefined) return false;
  const { protocol, pathname, search, hash, username, password } = url;
  const isBare = pathname === '/' && search === '' && hash === '';
  return ['http:', 'https:'].includes(protocol) && isBare && isDecodable(username) && isDecodable(password);
}

/** The name of a top-level claim of a token, other than those with a fixed meaning. */
export function ClaimSetting(...others: string[]): PropertyDecorator {
  const validate = (value: unknown): boolean => isWord(value) && !others.includes(value);
  const message = `must be the name of a claim, of 1 to 255 characters without white space, other than ${others.join(', ')}`;
  return ValidateBy({ name: 'isClaimName', validator: { validate } }, { message });
}

/** A prefix of words. */
export function PrefixSetting(): PropertyDecorator {
  const message = 'must have 1 to 255 characters, without white space and control characters';
  return ValidateBy({ name: 'isPrefix', validator: { validate: isWord } }, { message });
}

function isWord(value: unknown): value is string {
  return isClaimText(value) && !/\s/.test(value);
}

/** The keys of callers as a JSON list. Unlike `IsOptional`, it does not accept a `null` given as JSON. */
export function ApiKeysSetting(): PropertyDecorator {
  return applyDecorators(MayBeAbsent(), JsonSetting(isApiKeyList, API_KEYS_RULE));
}

/** Scopes by strings, as a JSON object. */
export function ScopeMapSetting(): PropertyDecorator {
  return applyDecorators(MayBeAbsent(), JsonSetting(isScopeMap, SCOPE_MAP_RULE));
}

/** A JSON list of OAuth clients. */
export function OAuthClientsSetting(): PropertyDecorator {
  return JsonSetting(isOAuthClientList, OAUTH_CLIENTS_RULE);
}

/** A JSON list of Open Messaging integrations. Unlike `IsOptional`, it does not accept a `null` given as JSON. */
export function OpenIntegrationsSetting(): PropertyDecorator {
  return applyDecorators(MayBeAbsent(), JsonSetting(isOpenIntegrationList, OPEN_INTEGRATIONS_RULE));
}

function JsonSetting(validate: (value: unknown) => boolean, message: string): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => parsedOrAsIs(value)),
    ValidateBy({ name: validate.name, validator: { validate } }, { message }),
  );
}

/** Parses the text as JSON; other text is left unchanged, so that the validator refuses it. */
function parsedOrAsIs(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    // Left as text: the validator names the fault, and never the content.
    return value;
  }
}

/** The signing secrets of a webhook, separated by commas. */
export function WebhookSecretsSetting(): PropertyDecorator {
  return SecretListSetting(splitWebhookSecrets, isWebhookSecretList, WEBHOOK_SECRET_RULE);
}

/** The secrets of senders of platform events, separated by commas. */
export function EventSecretsSetting(): PropertyDecorator {
  return SecretListSetting(splitEventSecrets, isEventSecretList, EVENT_SECRETS_RULE);
}

/** The keys for stored data, separated by commas. */
export function DataKeysSetting(): PropertyDecorator {
  return SecretListSetting(splitDataKeys, isDataKeyList, ({ value }) => dataKeyProblem(value as string[]));
}

function SecretListSetting(
  split: (text: string) => string[],
  validate: (value: unknown) => boolean,
  message: string | ((args: ValidationArguments) => string),
): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? split(value) : value)),
    ValidateBy({ name: validate.name, validator: { validate } }, { message }),
  );
}
