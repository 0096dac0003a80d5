import { ParseArgsConfig } from 'node:util';
import { urlIn, wholeNumber } from './cli-values';
import type { GenesysSimulatorOptions } from './genesys-simulator';
import { PushTargetOptions } from './notifications/push-target';

export const NOTIFICATION_OPTIONS = {
  'channel-seconds': { type: 'string' },
  'channel-heartbeat-ms': { type: 'string' },
  'event-bridge': { type: 'string' },
  'event-trigger': { type: 'string' },
  'event-authorization': { type: 'string' },
} satisfies ParseArgsConfig['options'];

type NotificationValues = { readonly [Name in keyof typeof NOTIFICATION_OPTIONS]?: string | undefined };

/** Returns no settings at all for a command line without an option of notifications. */
export function notificationsIn(values: NotificationValues): Pick<GenesysSimulatorOptions, 'notifications'> {
  const { 'channel-seconds': seconds, 'channel-heartbeat-ms': heartbeat } = values;
  const pushTargets = targetsIn(values);
  const notifications = {
    ...(seconds === undefined
      ? {}
      : { channelLifetimeMs: wholeNumber('--channel-seconds', seconds, 0, 86_400) * 1000 }),
    ...(heartbeat === undefined ? {} : { heartbeatMs: wholeNumber('--channel-heartbeat-ms', heartbeat, 0) }),
    ...(pushTargets.length === 0 ? {} : { pushTargets }),
  };
  return Object.keys(notifications).length === 0 ? {} : { notifications };
}

function targetsIn(values: NotificationValues): PushTargetOptions[] {
  const authorization = values['event-authorization'];
  const headers = authorization === undefined ? {} : { headers: { authorization } };
  return (['event-bridge', 'event-trigger'] as const).flatMap((option) => {
    const url = values[option];
    const kind = option === 'event-bridge' ? option : 'trigger';
    return url === undefined ? [] : [{ kind, url: urlIn(`--${option}`, url), ...headers } as const];
  });
}
