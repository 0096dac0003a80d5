import { CrmCheck } from './crm-check';

const FACTS = { host: 'crm.example', isSigned: true, isProxied: false };

function check(attempt: { error?: string; status?: number }, facts: Partial<typeof FACTS> = {}): CrmCheck {
  return new CrmCheck(
    { ...FACTS, ...facts },
    { test: () => Promise.resolve({ at: 0, latencyMs: 7, ...attempt }) },
  );
}

describe(CrmCheck.name, () => {
  it('tells the receiver and the time of an accepted event', async () => {
    expect(await check({}).run()).toEqual([
      {
        outcome: 'ok',
        message:
          'crm.example accepted a signed test event (7 ms); whether it verifies signatures, only the CRM team can tell',
      },
    ]);
  });

  it('is skipped without a CRM, and sends nothing', async () => {
    const test = jest.fn();

    expect(await new CrmCheck({ ...FACTS, host: undefined }, { test }).run()).toMatchObject([
      { outcome: 'skipped' },
    ]);
    expect(test).not.toHaveBeenCalled();
  });

  it.each([
    [{ error: 'no answer in time' }, 'no answer in time', 'firewall'],
    [{ error: 'address not allowed' }, 'no public address', 'CRM_WEBHOOK_ALLOW_PRIVATE=true'],
    [{ error: 'status 308', status: 308 }, 'status 308', 'redirects are not followed'],
    [{ error: 'status 403', status: 403 }, 'status 403', 'CRM_WEBHOOK_SECRET'],
    [{ error: 'status 404', status: 404 }, 'status 404', 'path in CRM_WEBHOOK_URL'],
    [{ error: 'status 429', status: 429 }, 'status 429', 'SYNC_MAX_PER_SECOND'],
    [{ error: 'status 503', status: 503 }, 'status 503', 'log of the receiver'],
    [{ error: 'status 422', status: 422 }, 'status 422', 'session.test'],
  ])('has advice for %j', async (attempt, message, fix) => {
    const [finding] = await check(attempt).run();

    expect(finding).toEqual({
      outcome: 'fail',
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    });
  });

  it('warns of events that are not signed', async () => {
    expect(await check({}, { isSigned: false }).run()).toMatchObject([
      { outcome: 'warn', fix: expect.stringContaining('CRM_WEBHOOK_SECRET') },
    ]);
  });
});
