export interface IpRange {
  readonly cidr: string;
  readonly service: string;
  readonly region: string;
  readonly direction: 'inbound' | 'outbound' | 'both';
}

export type LimitNamespaces = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The simulator's own addresses as those of Open Messaging, and one range of another service. */
export const IP_RANGES: readonly IpRange[] = [
  { cidr: '127.0.0.0/8', service: 'open-messaging', region: 'local', direction: 'outbound' },
  { cidr: '::1/128', service: 'open-messaging', region: 'local', direction: 'outbound' },
  { cidr: '203.0.113.0/24', service: 'data-actions', region: 'local', direction: 'outbound' },
];

/** The platform's public defaults. */
export const ORGANIZATION_LIMITS: LimitNamespaces = {
  messaging: { 'outbound.webmessaging.and.open.messaging.characters.max': 4_000 },
  'web.messaging': {
    'messages.per.session.rate.per.second': 5,
    'requests.per.connection.rate.per.minute': 60,
    'configure.per.session.rate.per.minute': 60,
    'health.check.per.connection.rate.per.minute': 2,
    'connections.rate.per.minute': 1_000,
    'session.connections.max': 3,
    'metadata.custom.attributes.bytes.max': 2_048,
  },
  'platform.api': {
    'client.credentials.token.rate.per.minute': 300,
    'token.rate.per.minute': 300,
    'request.bytes.max': 512_000,
  },
  notifications: { 'channels.max': 20, 'topics.per.channel.max': 1_000 },
  conversation: {},
  webhooks: {},
};
