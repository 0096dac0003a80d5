import type { LookupAddress } from 'node:dns';
import { settingFiles } from '../../config/environment.fake';
import { HostLookup } from './host-lookup';
import { NameServerFake, type NameRecord } from './name-server.fake';
import { NameUnresolvedError } from './name.errors';

const V6 = '2001:db8:0:0:0:0:0:1';
const textFile = settingFiles();
let server: NameServerFake;

beforeEach(async () => {
  server = await NameServerFake.start({});
});
afterEach(() => server[Symbol.asyncDispose]());

interface Machine {
  readonly hosts?: string;
  readonly resolver?: string;
  readonly records?: Record<string, NameRecord>;
  readonly system?: (hostname: string) => Promise<LookupAddress[]>;
}

function aLookup({ hosts = '', resolver = '', records = {}, system = noSystem }: Machine): HostLookup {
  Object.assign(server.records, records);
  const files = { hosts: textFile(hosts), resolver: textFile(resolver) };
  return new HostLookup({ files, servers: [server.address], system });
}

function noSystem(): Promise<LookupAddress[]> {
  return Promise.reject(new Error('The system does not know it'));
}

async function found(lookup: HostLookup, name: string): Promise<string[]> {
  return (await lookup.find(name)).addresses.map(({ address }) => address);
}

describe(HostLookup.name, () => {
  it('uses the addresses of the hosts file, in its order, without a name server', async () => {
    const lookup = aLookup({
      hosts: `${V6} crm.example # comment\n# 10.0.0.9 crm.example\n10.0.0.1 a CRM.example\n`,
    });

    expect(await found(lookup, 'Crm.Example')).toEqual([V6, '10.0.0.1']);
    expect(server.asked).toEqual([]);
  });

  it.each(['localhost', 'crm.localhost', 'localhost.'])('resolves %s to the loopback', async (name) => {
    expect(await found(aLookup({}), name)).toEqual(['127.0.0.1', '::1']);
    expect(server.asked).toEqual([]);
  });

  it('queries the name servers for both families, and uses the time to live of the response', async () => {
    const lookup = aLookup({ records: { 'crm.example': [V6, '10.0.0.1', '10.0.0.2'] } });

    expect(await lookup.find('crm.example')).toEqual({
      addresses: [
        { address: '10.0.0.1', family: 4 },
        { address: '10.0.0.2', family: 4 },
        { address: '2001:db8::1', family: 6 },
      ],
      ttlMs: 60_000,
    });
  });

  it('completes a name with few dots by the search domains first, as Kubernetes needs', async () => {
    const lookup = aLookup({
      resolver: 'search shop.svc.cluster.local svc.cluster.local. cluster.local\noptions timeout:2 ndots:5\n',
      records: { 'db.shop.svc.cluster.local': ['10.0.0.1'], 'crm.other.svc.cluster.local': ['10.0.0.2'] },
    });

    expect(await found(lookup, 'db')).toEqual(['10.0.0.1']);
    expect(await found(lookup, 'crm.other')).toEqual(['10.0.0.2']);
    expect([...new Set(server.asked)]).toEqual([
      'db.shop.svc.cluster.local',
      'crm.other.shop.svc.cluster.local',
      'crm.other.svc.cluster.local',
    ]);
  });

  it('looks up a name with enough dots, or a trailing dot, as it is', async () => {
    const lookup = aLookup({
      resolver: 'domain ignored.example\nsearch corp.example\n',
      records: { 'api.example': ['10.0.0.1'], api: ['10.0.0.2'], 'login.api.corp.example': ['10.0.0.3'] },
    });

    expect(await found(lookup, 'api.example')).toEqual(['10.0.0.1']);
    expect(await found(lookup, 'api.')).toEqual(['10.0.0.2']);
    expect(await found(lookup, 'login.api')).toEqual(['10.0.0.3']);
    expect([...new Set(server.asked)]).toEqual(['api.example', 'api', 'login.api', 'login.api.corp.example']);
  });

  it('continues after a search domain that fails, and then does not report the name as unknown', async () => {
    const lookup = aLookup({
      resolver: 'search broken.example\noptions ndots:2',
      records: {
        'db.broken.example': 'failing',
        'api.broken.example': 'failing',
        api: ['10.0.0.1'],
      },
    });

    expect(await found(lookup, 'api')).toEqual(['10.0.0.1']);
    await expect(lookup.find('db')).rejects.toMatchObject({ code: 'EAI_AGAIN', hostname: 'db' });
  });

  it('gives up an unanswered name with the error code of the system', async () => {
    const lookup = aLookup({ records: { 'crm.example': 'silent' } });

    const failure = lookup.find('crm.example');
    await expect(failure).rejects.toBeInstanceOf(NameUnresolvedError);
    await expect(failure).rejects.toMatchObject({
      code: 'EAI_AGAIN',
      message: 'getaddrinfo EAI_AGAIN crm.example',
    });
  });

  it("asks the system's resolver for a name that does not exist, one at a time", async () => {
    const waiting: ((found: LookupAddress[]) => void)[] = [];
    const system = (): Promise<LookupAddress[]> => new Promise((resolve) => waiting.push(resolve));
    const lookup = aLookup({ system });

    const printer = lookup.find('printer.local');
    while (waiting.length === 0) await new Promise(setImmediate);
    await expect(lookup.find('other.local')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    waiting.pop()?.([{ address: '10.0.0.1', family: 4 }]);

    expect((await printer).addresses).toEqual([{ address: '10.0.0.1', family: 4 }]);
    await expect(aLookup({}).find('nowhere.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('uses one family when the other is not answered, for a short time', async () => {
    const lookup = aLookup({ records: { 'crm.example': ['10.0.0.1'], 'crm.example/6': 'silent' } });

    expect(await lookup.find('crm.example')).toEqual({
      addresses: [{ address: '10.0.0.1', family: 4 }],
      ttlMs: 5_000,
    });
  });
});
