import { Environment } from '../config/environment';
import type { PlatformAnswer } from '../genesys/genesys-diagnostics';
import { PermissionCheck } from './permission-check';
import { probesOf, uncheckedPermissionsOf } from './permission-probes';

const SIGNAL = new AbortController().signal;
const INTEGRATIONS = [{ id: 'integration-1', secrets: ['a-secret-of-16-chars'] }];

function anAnswer(status: number, permissions: readonly string[] = []): PlatformAnswer {
  return { status, permissions, allowed: 300, count: 1, correlationId: 'correlation-1' };
}

function check(answer: PlatformAnswer, isRequired = true): PermissionCheck {
  const probe = { path: 'a', permissions: ['x:y:view', 'z:y:view'], purpose: 'reads', isRequired };
  return new PermissionCheck('client', [probe], ['x:y:edit'], { read: () => Promise.resolve(answer) });
}

describe(PermissionCheck.name, () => {
  it.each([200, 404])('takes a %d as permitted, and names what it does not check', async (status) => {
    expect(await check(anAnswer(status)).run(SIGNAL)).toEqual([
      { outcome: 'ok', message: 'has x:y:view or z:y:view; not checked: x:y:edit' },
    ]);
  });

  it('names the permission of the refusal', async () => {
    expect(await check(anAnswer(403, ['z:y:view'])).run(SIGNAL)).toMatchObject([
      { outcome: 'fail', message: 'lacks z:y:view, by which the service reads (403)' },
    ]);
  });

  it('warns of a missing permission that no session depends on', async () => {
    expect(await check(anAnswer(403), false).run(SIGNAL)).toMatchObject([{ outcome: 'warn' }]);
  });

  it.each([
    [401, 'fail'],
    [429, 'warn'],
    [503, 'warn'],
  ])('tells a %d from a missing permission', async (status, outcome) => {
    const [finding] = await check(anAnswer(status)).run(SIGNAL);

    expect(finding).toMatchObject({ outcome, message: expect.not.stringContaining('lacks') });
  });
});

describe(probesOf.name, () => {
  function permissionsFor(changes: Partial<Environment>): string[] {
    return probesOf(Object.assign(new Environment(), changes)).flatMap(({ permissions }) => permissions);
  }

  it.each([
    [{}, ['conversation:view']],
    [
      { GENESYS_CHANNEL: 'open-messaging', GENESYS_OPEN_INTEGRATIONS: INTEGRATIONS },
      ['analytics:conversationDetail:view'],
    ],
    [
      { GENESYS_CHANNEL: 'web-messaging', GENESYS_DEPLOYMENT_ID: 'deployment' },
      ['conversation:message:view', 'conversation:webmessaging:view', 'analytics:conversationDetail:view'],
    ],
    [{ GENESYS_NOTIFICATION_QUEUES: ['queue-1', 'queue-2'] }, ['conversation:view', 'routing:queue:view']],
  ])('follows the channels of the settings: %j', (changes, expected) => {
    expect(permissionsFor(changes)).toEqual(expected);
  });

  it('names the permissions of changes beside them', () => {
    const environment = Object.assign(new Environment(), { GENESYS_OPEN_INTEGRATIONS: INTEGRATIONS });

    expect(uncheckedPermissionsOf(environment)).toEqual([
      'conversation:write',
      'conversation:message:receive',
      'conversation:communication:disconnect',
    ]);
  });
});
