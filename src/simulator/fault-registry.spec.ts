import { Fault, FaultMatch, FaultRule } from './fault';
import { FaultRegistry, FaultSubject } from './fault-registry';

const FAULT: Fault = { kind: 'reset' };

function subject(overrides: Partial<FaultSubject> = {}): FaultSubject {
  return {
    method: 'PATCH',
    path: '/api/x',
    text: '{"status":"disconnected"}',
    conversationId: 'c-1',
    client: () => 'demo-client',
    ...overrides,
  };
}

describe('a fault registry', () => {
  it.each<[FaultMatch, boolean]>([
    [{}, true],
    [{ method: 'patch' }, true],
    [{ method: 'POST' }, false],
    [{ path: '^/api/' }, true],
    [{ path: /^\/API\//i }, true],
    [{ path: '^/oauth/' }, false],
    [{ bodyContains: 'disconnected' }, true],
    [{ bodyContains: 'heartbeatSequence' }, false],
    [{ client: 'demo-client' }, true],
    [{ client: 'other' }, false],
    [{ conversationId: 'c-1' }, true],
    [{ conversationId: 'c-2', method: 'PATCH' }, false],
  ])('with the match %j returns %s', (match, isTaken) => {
    const registry = new FaultRegistry();
    registry.add({ match, fault: FAULT });

    expect(registry.take(subject()) === FAULT).toBe(isTaken);
  });

  it('skips the first matches, then applies the given number of times', () => {
    const registry = new FaultRegistry();
    registry.add({ match: { path: /x/g }, fault: FAULT, after: 1, times: 2 });

    const taken = [1, 2, 3, 4].map(() => registry.take(subject()) === FAULT);

    expect(taken).toEqual([false, true, true, false]);
    expect(registry.list()).toMatchObject([
      { match: { path: 'x' }, matched: 3, applied: 2, times: 2, after: 1 },
    ]);
  });

  it('gives the request to the first rule that applies', () => {
    const registry = new FaultRegistry();
    const first = registry.add({ fault: { kind: 'garbage' } });
    registry.add({ fault: { kind: 'empty' } });

    expect(registry.take(subject())).toEqual({ kind: 'garbage' });
    expect([registry.remove(first), registry.remove(first)]).toEqual([true, false]);
    expect(registry.take(subject())).toEqual({ kind: 'empty' });
    registry.clear();
    expect(registry.take(subject())).toBeUndefined();
  });

  it('returns a black hole before the body only if it matches without a body', () => {
    const registry = new FaultRegistry();
    registry.add({ match: { bodyContains: 'disconnected' }, fault: { kind: 'black-hole' } });
    expect(registry.takeBeforeBody('PATCH', '/api/x')).toBeUndefined();
    expect(registry.take(subject())).toEqual({ kind: 'black-hole' });

    registry.clear();
    registry.add({ match: { method: 'PATCH' }, fault: { kind: 'black-hole' } });
    expect(registry.takeBeforeBody('PATCH', '/api/x')).toEqual({ kind: 'black-hole' });
    expect(registry.take(subject())).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['rule must be an object', []],
    ['rule.time is not known', { fault: FAULT, time: 1 }],
    ['rule.times', { fault: FAULT, times: 0 }],
    ['fault.kind', { fault: { kind: 'explode' } }],
    ['fault.ms', { fault: { kind: 'delay' } }],
    ['fault.status', { fault: { kind: 'status', status: 99 } }],
    ['fault.retryAfter', { fault: { kind: 'status', status: 429, retryAfter: 'a\nb' } }],
    ['fault.headers', { fault: { kind: 'status', status: 429, headers: { 'a b': 'c' } } }],
    ['fault.effect', { fault: { kind: 'reset', effect: 'never' } }],
    ['match.path', { match: { path: '(' }, fault: FAULT }],
  ])('refuses an invalid rule: %s', (problem, rule) => {
    expect(() => new FaultRegistry().add(rule as FaultRule)).toThrow(problem);
  });
});
