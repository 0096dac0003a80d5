import { Environment } from '../../../config/environment';
import { GenesysConfig } from '../../../config/genesys.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { anAnswer, FakeGenesysHttpClient } from '../../transport/genesys-http-client.fake';
import { GenesysHistory } from './genesys-history';

const SIGNAL = new AbortController().signal;
let http: FakeGenesysHttpClient;
let history: GenesysHistory;

beforeEach(() => {
  http = new FakeGenesysHttpClient();
  const environment = Object.assign(new Environment(), {
    GENESYS_API_URL: 'http://api.test',
    GENESYS_ORIGIN: 'https://support.example.com',
  });
  history = new GenesysHistory(http, new GenesysConfig(environment), new WebMessagingConfig(environment));
});

describe(GenesysHistory.name, () => {
  it("reads a page with the guest's token, from the origin", async () => {
    http.next(
      anAnswer(200, {
        entities: [{ id: 'm', type: 'Text', text: 'Hi', direction: 'Inbound' }],
        pageCount: 2,
      }),
    );

    expect(await history.page('signed', 1, SIGNAL)).toMatchObject({
      messages: [{ id: 'm', text: 'Hi', direction: 'Inbound' }],
      isLast: false,
    });
    expect(http.requests).toEqual([
      {
        operation: 'history',
        method: 'GET',
        url: 'http://api.test/api/v2/webmessaging/messages?pageSize=25&pageNumber=1',
        headers: { authorization: 'Bearer signed', origin: 'https://support.example.com' },
      },
    ]);
    expect(http.signals).toEqual([SIGNAL]);
  });

  it.each([
    [{ entities: [] }, 1],
    [{}, 1],
    [{ entities: [{ id: 'm' }], pageCount: 3 }, 3],
  ])('knows the last page: %j', async (body, number) => {
    http.next(anAnswer(200, body));

    expect(await history.page('signed', number, SIGNAL)).toMatchObject({ isLast: true });
  });

  it.each([
    [anAnswer(401), 'upstream-unauthorized'],
    [anAnswer(429, '', '5'), 'upstream-throttled'],
    [anAnswer(200, '<html>'), 'upstream-invalid-response'],
  ])('names the error', async (answer, code) => {
    http.next(answer);

    await expect(history.page('signed', 1, SIGNAL)).rejects.toMatchObject({ code });
  });

  it('queues requests beyond the limit, and lets them be aborted while they wait', async () => {
    const underWay: (() => void)[] = [];
    http.send = () =>
      new Promise((resolve) => {
        underWay.push(() => {
          resolve(anAnswer(200));
        });
      });
    const impatient = new AbortController();
    const page = (signal = new AbortController().signal): Promise<unknown> =>
      history.page('signed', 1, signal);
    const first = Array.from({ length: 64 }, () => page());
    const gone = page(impatient.signal);
    const others = Array.from({ length: 36 }, () => page());
    impatient.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    expect(underWay).toHaveLength(64);

    underWay[0]?.();
    await first[0];
    await new Promise(setImmediate);
    expect(underWay).toHaveLength(65);
    for (const answer of underWay) answer();
    await new Promise(setImmediate);
    for (const answer of underWay) answer();
    await Promise.all([...first, ...others]);
    expect(underWay).toHaveLength(100);
  });
});
