import { newApiKey } from '../../access/api-key';
import { Caller } from '../../access/domain/caller';
import { RecordingLog } from '../../audit/recording-log.fake';
import { RequestContext } from '../../common/logging/request-context';
import type { Environment } from '../../config/environment';
import type { OpenedSession, SessionService } from '../session.service';
import { FakeSessionServices } from '../session-services.fake';

const SETTINGS = { SESSION_MAX_CONCURRENT: 2_000, SESSION_MAX_PER_CALLER: 1_000 };
const GREEDY = new Caller('greedy', new Set(['sessions.write']));
const OTHER = new Caller('other', new Set(['sessions.write']));

let services: FakeSessionServices;

afterEach(() => services.heartbeats.onModuleDestroy());

function servicesWith(settings: Partial<Environment>): SessionService {
  RecordingLog.install();
  services = new FakeSessionServices({ ...SETTINGS, ...settings });
  return services.service;
}

function open(service: SessionService, caller: Caller): Promise<OpenedSession> {
  return RequestContext.run('request-1', () => {
    RequestContext.actAs(caller.name);
    return service.open({ queueId: 'support' }, caller);
  });
}

/** Begins openings that the platform answers when the test says; the number of those that were opened. */
function begin(service: SessionService, caller: Caller, count: number): () => Promise<number> {
  let answer: (result: Record<string, unknown>) => void = () => undefined;
  const answered = new Promise<Record<string, unknown>>((resolve) => {
    answer = resolve;
  });
  services.channel.onOpen(...Array.from({ length: count }, () => () => answered));
  const openings = Array.from({ length: count }, () => open(service, caller));
  return async () => {
    answer({});
    const outcomes = await Promise.allSettled(openings);
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  };
}

describe('the share of openings', () => {
  it('leaves another caller served when the openings of one fill its share', async () => {
    const service = servicesWith({ ACCESS_MODE: 'jwt' });
    const end = begin(service, GREEDY, 128);

    const refused = { code: 'too-many-in-flight', reason: 'caller' };
    await expect(open(service, GREEDY)).rejects.toMatchObject(refused);
    const others = begin(service, OTHER, 1);
    expect([await end(), await others()]).toEqual([128, 1]);
    expect((await open(service, GREEDY)).session.state).toBe('active');
  });

  it('frees the place of an opening that fails', async () => {
    const service = servicesWith({ ACCESS_MODE: 'jwt' });
    const fail = (): never => {
      throw new Error('failed');
    };
    services.channel.onOpen(...Array.from({ length: 130 }, () => fail));

    for (let opening = 0; opening < 130; opening += 1)
      await expect(open(service, GREEDY)).rejects.toThrow('failed');
  });

  it('is all for the only caller, and for those that need no credential', async () => {
    const { entry } = newApiKey({ name: 'greedy', scopes: ['sessions.write'] });

    expect(await begin(servicesWith({ API_KEYS: [entry] }), GREEDY, 200)()).toBe(200);
    await services.heartbeats.onModuleDestroy();
    const open = servicesWith({ ACCESS_MODE: 'open-anywhere' });
    expect(await begin(open, Caller.anonymous, 200)()).toBe(200);
  });
});
