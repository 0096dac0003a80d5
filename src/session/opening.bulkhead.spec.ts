import { newApiKey } from '../access/api-key';
import { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { OpeningBulkhead } from './opening.bulkhead';

const GREEDY = new Caller('greedy', new Set(['sessions.write']));
const OTHER = new Caller('other', new Set(['sessions.write']));

function bulkheadWith(settings: Partial<Environment>): OpeningBulkhead {
  return new OpeningBulkhead(new Drain(), new AccessConfig(Object.assign(new Environment(), settings)));
}

/** Begins openings that end when the test says; those that are refused have ended. */
function begin(bulkhead: OpeningBulkhead, caller: Caller, count: number): () => Promise<number> {
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const openings = Array.from({ length: count }, () => bulkhead.run(caller, () => over));
  return async () => {
    end();
    const outcomes = await Promise.allSettled(openings);
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  };
}

describe(OpeningBulkhead.name, () => {
  it('leaves another caller served when the openings of one fill its share', async () => {
    const bulkhead = bulkheadWith({ ACCESS_MODE: 'jwt' });
    const end = begin(bulkhead, GREEDY, 200);
    const refused = bulkhead.run(GREEDY, () => Promise.resolve('opened'));

    await expect(refused).rejects.toMatchObject({ code: 'too-many-in-flight', reason: 'caller' });
    await expect(bulkhead.run(OTHER, () => Promise.resolve('opened'))).resolves.toBe('opened');
    expect(await end()).toBe(128);
    await expect(bulkhead.run(GREEDY, () => Promise.resolve('opened'))).resolves.toBe('opened');
  });

  it('frees the place of an opening that fails', async () => {
    const bulkhead = bulkheadWith({ ACCESS_MODE: 'jwt' });
    for (let opening = 0; opening < 200; opening += 1)
      await expect(bulkhead.run(GREEDY, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  });

  it('limits neither the only caller nor those that need no credential', async () => {
    const { entry } = newApiKey({ name: 'greedy', scopes: ['sessions.write'] });

    expect(await begin(bulkheadWith({ API_KEYS: [entry] }), GREEDY, 200)()).toBe(200);
    expect(await begin(bulkheadWith({ ACCESS_MODE: 'open' }), Caller.anonymous, 200)()).toBe(200);
  });
});
