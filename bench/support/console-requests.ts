import { encodeCursor as auditCursor } from '../../src/audit/audit-cursor';
import type { AuditFilter } from '../../src/audit/ports/audit-trail';
import type { SessionFilter } from '../../src/session/domain/session-filter';
import { encodeCursor as sessionCursor } from '../../src/session/session-cursor';
import { encodeCursor as deliveryCursor } from '../../src/sync/deliveries-cursor';
import type { DeliveryFilter } from '../../src/sync/ports/delivery-admin.store';
import type { Landmarks } from './console-landmarks';
import { createdAt, RARE } from './console-sessions';

/** A request of a page of the console. */
export interface ConsoleRequest {
  readonly name: string;
  readonly path: string;
}

const NO_ID = '00000000-0000-4000-8000-000000000000';
const HOUR_MS = 3_600_000;

/** The requests that the pages of the console send, with each of their filters. */
export function consoleRequests(marks: Landmarks): ConsoleRequest[] {
  return [
    ...sessionRequests(marks),
    ...deliveryRequests(marks),
    ...webhookRequests(marks),
    ...auditRequests(marks),
    ...overviewRequests(marks),
  ];
}

function overviewRequests({ shape: { now } }: Landmarks): ConsoleRequest[] {
  const statistics = (name: string, hours: number): ConsoleRequest =>
    requestOf(`statistics of ${name}`, '/v1/statistics', {
      from: isoOf(now - hours * HOUR_MS),
      to: isoOf(now),
    });
  return [
    statistics('an hour', 1),
    statistics('six hours', 6),
    statistics('two days', 48),
    requestOf('limits', '/v1/limits'),
    requestOf('sinks', '/v1/sinks'),
    requestOf('replicas', '/v1/replicas'),
    requestOf('webhooks, 200', '/v1/webhooks', { limit: '200' }),
  ];
}

function sessionRequests(marks: Landmarks): ConsoleRequest[] {
  const { session, liveId } = marks;
  const list = (filter: SessionFilter, isDeep = false): ConsoleRequest => {
    const { from, to, ...equal } = filter;
    const times = { ...(from && { from: isoOf(from) }), ...(to && { to: isoOf(to) }) };
    const cursor = isDeep ? { cursor: sessionCursor(session, filter) } : {};
    return requestOf(nameOf('sessions', filter, isDeep), '/v1/sessions', {
      ...(equal as Record<string, string>),
      ...times,
      limit: '50',
      ...cursor,
    });
  };
  const deep: SessionFilter[] = [{}, { state: 'terminated' }, { queueId: 'queue-3' }, { caller: 'caller-3' }];
  return [
    ...sessionFilters(marks).map((filter) => list(filter)),
    ...deep.map((filter) => list(filter, true)),
    requestOf('session', `/v1/sessions/${session.conversationId}`),
    requestOf('session, live', `/v1/sessions/${liveId}`),
    requestOf('its audit', '/v1/audit', { conversationId: session.conversationId, limit: '200' }),
    requestOf('its deliveries', '/v1/deliveries', { conversationId: session.conversationId, limit: '20' }),
    requestOf('its messages', `/v1/sessions/${session.conversationId}/messages`),
  ];
}

function sessionFilters({ shape, session }: Landmarks): SessionFilter[] {
  return [
    {},
    { state: 'active' },
    { state: 'terminated' },
    { state: 'failed' },
    { state: 'connecting' },
    { channel: 'web-messaging' },
    { channel: RARE.channel },
    { channel: 'unknown-channel' },
    { queueId: 'queue-3' },
    { queueId: RARE.queueId },
    { queueId: 'unknown-queue' },
    { caller: 'caller-3' },
    { caller: RARE.caller },
    { caller: 'unknown-caller' },
    { caller: RARE.caller, state: 'active' },
    { caller: 'caller-3', queueId: RARE.queueId },
    { state: 'failed', channel: RARE.channel },
    { guestRef: session.guestRef },
    { guestRef: '0'.repeat(32) },
    { conversationId: session.conversationId },
    { conversationId: NO_ID },
    { from: shape.now - HOUR_MS },
    { to: session.createdAt },
    { from: session.createdAt, to: session.createdAt + HOUR_MS },
    { from: shape.now - HOUR_MS, queueId: RARE.queueId },
  ];
}

function deliveryRequests({ delivery, session, shape }: Landmarks): ConsoleRequest[] {
  const afterPending = { ...delivery, queuedAt: createdAt(shape, shape.live) };
  const list = (filter: DeliveryFilter, isDeep = false): ConsoleRequest => {
    const after = filter.status === 'pending' ? afterPending : delivery;
    return requestOf(nameOf('deliveries', filter, isDeep), '/v1/deliveries', {
      ...(filter as Record<string, string>),
      limit: '50',
      ...(isDeep ? { cursor: deliveryCursor(after, filter) } : {}),
    });
  };
  const { conversationId } = session;
  const deep: DeliveryFilter[] = [
    {},
    { status: 'pending' },
    { status: 'delivered' },
    { status: 'dead' },
    { sink: 'crm' },
    { sink: 'unknown' },
    { conversationId },
  ];
  return [
    ...deliveryFilters(session).map((filter) => list(filter)),
    ...deep.map((filter) => list(filter, true)),
    requestOf('delivery', `/v1/deliveries/${delivery.sink}.${delivery.eventId}`),
  ];
}

function deliveryFilters({ conversationId }: Landmarks['session']): DeliveryFilter[] {
  return [
    {},
    { status: 'pending' },
    { status: 'delivered' },
    { status: 'dead' },
    { sink: 'crm' },
    { sink: 'unknown' },
    { status: 'pending', sink: 'crm' },
    { status: 'dead', sink: 'crm' },
    { status: 'pending', sink: 'unknown' },
    { status: 'dead', sink: 'unknown' },
    { conversationId },
    { conversationId: NO_ID },
    { conversationId, status: 'dead', sink: 'crm' },
  ];
}

function webhookRequests({ webhookId }: Landmarks): ConsoleRequest[] {
  const path = `/v1/webhooks/${webhookId}`;
  return [
    requestOf('webhooks', '/v1/webhooks', { limit: '50' }),
    requestOf('webhook', path),
    requestOf('its deliveries', `${path}/deliveries`, { limit: '50' }),
    requestOf('its deliveries: dead', `${path}/deliveries`, { limit: '50', status: 'dead' }),
    requestOf('its deliveries: pending', `${path}/deliveries`, { limit: '50', status: 'pending' }),
  ];
}

function auditRequests({ session, record, shape }: Landmarks): ConsoleRequest[] {
  const list = (filter: AuditFilter, isDeep = false): ConsoleRequest => {
    const { from, to, ...equal } = filter;
    return requestOf(nameOf('audit', filter, isDeep), '/v1/audit', {
      ...(equal as Record<string, string>),
      ...(from && { from: isoOf(from) }),
      ...(to && { to: isoOf(to) }),
      limit: '50',
      ...(isDeep ? { cursor: auditCursor(record, filter) } : {}),
    });
  };
  const { conversationId } = session;
  const filters: AuditFilter[] = [
    {},
    { actor: 'caller-3' },
    { actor: RARE.caller },
    { actor: 'unknown-caller' },
    { action: 'SESSION_INITIALIZED' },
    { action: 'SESSION_FAILED' },
    { action: 'GUEST_ERASED' },
    { outcome: 'success' },
    { outcome: 'failure' },
    { outcome: 'denied' },
    { actor: 'caller-3', action: 'GUEST_ERASED' },
    { action: 'GUEST_ERASED', outcome: 'denied' },
    { conversationId },
    { target: conversationId },
    { target: 'unknown' },
    { from: shape.now - HOUR_MS },
    { to: session.createdAt },
    { to: session.createdAt, action: 'GUEST_ERASED' },
  ];
  return [
    ...filters.map((filter) => list(filter)),
    ...([{}, { actor: 'caller-3' }, { outcome: 'failure' }] as const).map((filter) => list(filter, true)),
  ];
}

function nameOf(list: string, filter: object, isDeep: boolean): string {
  const fields = Object.entries(filter).map(([name, value]) => `${name} ${wordOf(name, String(value))}`);
  return [list, ...(fields.length === 0 ? [] : [fields.join(', ')]), ...(isDeep ? ['deep page'] : [])].join(
    ': ',
  );
}

/** Ids differ from run to run. */
function wordOf(name: string, value: string): string {
  const isUnknown = [NO_ID, 'unknown'].includes(value) || /^0+$/.test(value);
  if (['conversationId', 'guestRef', 'target'].includes(name)) return isUnknown ? 'unknown' : 'old';
  return ['from', 'to'].includes(name) ? '…' : value;
}

function requestOf(name: string, path: string, query: Readonly<Record<string, string>> = {}): ConsoleRequest {
  const search = new URLSearchParams(query).toString();
  return { name, path: search === '' ? path : `${path}?${search}` };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
