import { Resolver } from 'node:dns/promises';
import { NameServerFake } from '../../../src/common/names/name-server.fake';
import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import { until } from '../../support/until';

const CRM = 'crm.example.com';
const OPENINGS = 60;

type Ask = (name: string, options?: object) => Promise<never>;

/** Sends this process's DNS queries to another name server. */
function redirectQuestions(server: NameServerFake): void {
  const redirected = new WeakSet<Resolver>();
  for (const method of ['resolve4', 'resolve6'] as const) {
    const ask = Reflect.get(Resolver.prototype, method) as Ask;
    jest.spyOn(Resolver.prototype, method).mockImplementation(function (
      this: Resolver,
      name,
      options?: object,
    ) {
      if (!redirected.has(this)) this.setServers([server.address]);
      redirected.add(this);
      return ask.call(this, name, options);
    });
  }
}

describe('a CRM name without a DNS answer', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('blocks nothing else: sessions open, and the events wait', async () => {
    await using names = await NameServerFake.start({ [CRM]: 'silent' });
    redirectQuestions(names);
    await using world = await World.start({
      environment: { CRM_WEBHOOK_URL: `http://${CRM}/events`, SYNC_FIRST_RETRY_MS: '10' },
    });
    const { port } = new URL(world.genesys.url);
    const byName = `http://localhost:${port}`;
    await world.restart({ GENESYS_LOGIN_URL: byName, GENESYS_API_URL: byName });
    const client = new ApiClient(world.url);
    await client.opened();
    await until(() => names.asked.includes(CRM));

    const answers = await Promise.all(Array.from({ length: OPENINGS }, () => client.open()));

    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    // Resolvers append the machine's search domains to a name without an answer.
    expect(names.asked.filter((name) => !name.startsWith(CRM))).toEqual([]);
  });
});
