import type { LoggerService } from '@nestjs/common';
import { WinstonModule } from 'nest-winston';
import { createLogger as createWinston, format, transports } from 'winston';
import { DomainError } from '../errors/domain.errors';
import { StartError } from '../errors/start.errors';
import { UpstreamError } from '../errors/upstream.errors';
import { messageOf } from '../errors/failure-text';
import { isAllowedField, Redaction } from './redaction';
import { RequestContext } from './request-context';

export interface LogSettings {
  readonly level: string;
  readonly format: 'json' | 'pretty';
  readonly secrets: Iterable<string>;
}

/** Nest logs every module and route at every start. */
const BOOT_CHATTER = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'NestFactory']);

/** The methods below each level. winston formats a line, and searches it for secrets, before it drops it. */
const UNWANTED: Readonly<Record<string, readonly ('warn' | 'log' | 'debug' | 'verbose')[]>> = {
  error: ['warn', 'log', 'debug', 'verbose'],
  warn: ['log', 'debug', 'verbose'],
  info: ['debug', 'verbose'],
};

/**
 * The one logger of the process: winston, one line per fact, behind Nest's `Logger`. A line may be given as a text
 * or as an object with `message`, fields, and `error`, of which the name, the message (of an aggregate: those of its members) and, on level `error`, the
 * stack of an unexpected one are kept. Request id, trace id and the id of the span are added, and nothing leaves without `Redaction`. With
 * `refusesUnknownFields`, as in tests, logging a field that is not on the allow-list throws.
 */
export function createLogger(
  settings: LogSettings,
  output: NodeJS.WritableStream = process.stdout,
  refusesUnknownFields = false,
): LoggerService {
  const redaction = new Redaction(settings.secrets, refusesUnknownFields);
  const tidy = format((info) => {
    if (info.level === 'info' && typeof info['context'] === 'string' && BOOT_CHATTER.has(info['context']))
      return false;
    const { requestId, traceId, span } = RequestContext;
    const { message = '', ...fields } = redaction.apply(
      flatten({ ...info, requestId, traceId, spanId: span?.spanId }),
    );
    return { ...symbolsOf(info), ...fields, level: info.level, message };
  });
  const logger = WinstonModule.createLogger({
    instance: createWinston({
      level: settings.level,
      format: format.combine(format.timestamp(), tidy(), settings.format === 'json' ? format.json() : pretty),
      transports: [new transports.Stream({ stream: output })],
    }),
  });
  for (const method of UNWANTED[settings.level] ?? []) logger[method] = () => undefined;
  return logger;
}

/** winston keeps the level and the finished text under symbols. */
function symbolsOf(info: object): Record<symbol, unknown> {
  return Object.fromEntries(Object.getOwnPropertySymbols(info).map((key) => [key, Reflect.get(info, key)]));
}

function flatten({ error, ...others }: Record<string, unknown>): Record<string, unknown> {
  if (!(error instanceof Error)) return { ...others, error };
  const { stack, cause } = error;
  const rest = withoutOwnOf(error, others);
  return {
    ...rest,
    error: error.name,
    errorMessage: messageOf(error),
    ...(cause instanceof Error ? { cause: `${cause.name}: ${messageOf(cause)}` } : {}),
    ...idsOf(error),
    ...(rest['level'] === 'error' && stack !== undefined && !isExpected(error) ? { stack } : {}),
  };
}

/** The name of such an error identifies its origin, so it needs no stack. */
function isExpected(error: Error): boolean {
  return error instanceof DomainError || error instanceof StartError;
}

/** nest-winston spreads the own properties of an error that Nest logs over the line. */
function withoutOwnOf(error: Error, fields: Record<string, unknown>): Record<string, unknown> {
  const isOwn = (field: string, value: unknown): boolean =>
    Object.hasOwn(error, field) && Reflect.get(error, field) === value && !isAllowedField(field);
  return Object.fromEntries(Object.entries(fields).filter(([field, value]) => !isOwn(field, value)));
}

/** The platform's own ids of what failed, the error itself or its cause. */
function idsOf(error: Error): Record<string, string> {
  const failed = [error, error.cause].find((each) => each instanceof UpstreamError);
  return {
    ...(failed?.correlationId === undefined ? {} : { correlationId: failed.correlationId }),
    ...(failed?.tracingId === undefined ? {} : { tracingId: failed.tracingId }),
  };
}

const pretty = format.printf(({ timestamp, level, message, context, ...fields }) => {
  const facts = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  const origin = typeof context === 'string' ? context : '-';
  return [String(timestamp), level.toUpperCase().padEnd(5), `[${origin}]`, String(message), ...facts].join(
    ' ',
  );
});
