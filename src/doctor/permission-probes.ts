import type { Environment } from '../config/environment';

/** An id that no resource has: a client with the permission gets a 404, one without it a 403. */
const NO_ID = '00000000-0000-4000-8000-000000000000';

/** A read that shows whether an OAuth client has a permission. */
export interface PermissionProbe {
  /** Below `/api/v2/`. */
  readonly path: string;
  /** The permissions, one of which is enough. */
  readonly permissions: readonly string[];
  readonly purpose: string;
  /** Whether sessions depend on it; otherwise one feature does, or a slower way replaces it. */
  readonly isRequired: boolean;
}

const MESSAGE_DETAILS: PermissionProbe = {
  path: `conversations/messages/${NO_ID}/details`,
  permissions: ['conversation:message:view', 'conversation:webmessaging:view'],
  purpose: 'finds the conversation of a guest',
  isRequired: true,
};
const GUEST_RESOURCE: PermissionProbe = {
  path: `conversations/messaging/${NO_ID}`,
  permissions: ['conversation:view'],
  purpose: 'reads sessions of the channel conversations-messaging',
  isRequired: true,
};

/** The reads of the channels and features that the settings enable. */
export function probesOf(environment: Environment): readonly PermissionProbe[] {
  const { GENESYS_CHANNEL, GENESYS_DEPLOYMENT_ID, GENESYS_OPEN_INTEGRATIONS = [] } = environment;
  const [integration] = GENESYS_OPEN_INTEGRATIONS;
  const hasGuests = GENESYS_DEPLOYMENT_ID !== undefined || GENESYS_CHANNEL === 'web-messaging';
  return [
    ...(GENESYS_CHANNEL === 'conversations-messaging' ? [GUEST_RESOURCE] : []),
    ...(hasGuests ? [MESSAGE_DETAILS] : []),
    ...(hasGuests || integration !== undefined ? [analyticsProbe(integration !== undefined)] : []),
    ...(environment.GENESYS_NOTIFICATION_QUEUES ?? []).slice(0, 1).map(queueProbe),
  ];
}

/** Permissions that only a change would show, so that they are not checked. */
export function uncheckedPermissionsOf(environment: Environment): readonly string[] {
  const { GENESYS_CHANNEL, GENESYS_DEPLOYMENT_ID, GENESYS_OPEN_INTEGRATIONS } = environment;
  const hasOpen = GENESYS_OPEN_INTEGRATIONS !== undefined;
  const hasGuests = GENESYS_DEPLOYMENT_ID !== undefined;
  return [
    ...(GENESYS_CHANNEL === 'conversations-messaging' ? ['conversation:write'] : []),
    ...(hasOpen ? ['conversation:message:receive'] : []),
    ...(hasOpen || hasGuests ? ['conversation:communication:disconnect'] : []),
  ];
}

/** Open Messaging learns the end of a conversation from analytics alone; guest sockets signal it. */
function analyticsProbe(isRequired: boolean): PermissionProbe {
  return {
    path: `analytics/conversations/details?id=${NO_ID}`,
    permissions: ['analytics:conversationDetail:view'],
    purpose: 'notices the end of conversations',
    isRequired,
  };
}

function queueProbe(queueId: string): PermissionProbe {
  return {
    path: `routing/queues/${encodeURIComponent(queueId)}/mediatypes/message/estimatedwaittime`,
    permissions: ['routing:queue:view'],
    purpose: 'estimates waits',
    isRequired: false,
  };
}
