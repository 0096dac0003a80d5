import { ProxyRules } from '../common/http/proxy-rules';
import { NameUnresolvedError } from '../common/names/name.errors';
import { NameCheck } from './name-check';

const HOST = { name: 'api', url: new URL('https://api.mypurecloud.de'), setting: 'GENESYS_REGION' } as const;

function check(code: 'ENOTFOUND' | 'EAI_AGAIN' | undefined, proxies = new ProxyRules()): NameCheck {
  return new NameCheck(HOST, proxies, (hostname) =>
    code === undefined
      ? Promise.resolve([{ address: '192.0.2.1', family: 4 }])
      : Promise.reject(new NameUnresolvedError(code, hostname)),
  );
}

describe(NameCheck.name, () => {
  it('counts the addresses', async () => {
    expect(await check(undefined).run()).toEqual([
      { outcome: 'ok', message: 'api.mypurecloud.de has 1 address' },
    ]);
  });

  it.each([
    ['ENOTFOUND', 'GENESYS_REGION'],
    ['EAI_AGAIN', '/etc/resolv.conf'],
  ] as const)('tells a wrong name from silent name servers: %s', async (code, fix) => {
    expect(await check(code).run()).toMatchObject([
      { outcome: 'fail', message: expect.stringContaining(code), fix: expect.stringContaining(fix) },
    ]);
  });

  it('leaves the name to a proxy', async () => {
    const proxies = new ProxyRules({ https: 'http://proxy.example:3128' });

    expect(await check('ENOTFOUND', proxies).run()).toMatchObject([{ outcome: 'skipped' }]);
  });
});
