export type Tone = 'ok' | 'busy' | 'warning' | 'bad' | 'neutral';

const TONES: Readonly<Record<string, Tone>> = {
  active: 'ok',
  connecting: 'busy',
  terminating: 'busy',
  terminated: 'neutral',
  disconnected: 'warning',
  failed: 'bad',
  pending: 'busy',
  failing: 'bad',
  delivered: 'ok',
  dead: 'bad',
  accepted: 'ok',
  healthy: 'ok',
  throttled: 'warning',
  paused: 'warning',
  unverified: 'warning',
  disabled: 'bad',
  success: 'ok',
  failure: 'bad',
  denied: 'warning',
  live: 'ok',
  leaving: 'busy',
  lost: 'bad',
  unconfirmed: 'warning',
  confirmed: 'ok',
  ok: 'ok',
  warn: 'warning',
  fail: 'bad',
  skipped: 'neutral',
};

/** The tone of a status of sessions, deliveries, receivers, webhooks, replicas audit records or checks; neutral for an unknown one. */
export function toneOf(status: string): Tone {
  return TONES[status] ?? 'neutral';
}
