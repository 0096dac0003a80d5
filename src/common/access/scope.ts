/**
 * All permissions of callers. `sessions.any` permits nothing by itself: it extends the other scopes to sessions that
 * other callers opened. `guests.read` shows the names of the guests in those.
 */
export const SCOPES = [
  'sessions.read',
  'sessions.write',
  'sessions.end',
  'sessions.any',
  'messages.read',
  'messages.write',
  'deliveries.read',
  'deliveries.operate',
  'webhooks.manage',
  'guests.read',
  'guests.erase',
  'statistics.read',
  'doctor.run',
  'audit.read',
] as const;

export type ScopeName = (typeof SCOPES)[number];

export function isScopeName(value: unknown): value is ScopeName {
  return (SCOPES as readonly unknown[]).includes(value);
}
