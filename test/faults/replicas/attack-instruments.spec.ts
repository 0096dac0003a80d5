import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SeededRandom } from '../../support/seeded-random';
import { until } from '../../support/until';
import { AttackTally } from './attacks/attack-tally';
import { LogWatch } from './log-watch';
import { NormalLoad } from './normal-load';

const OPENED = JSON.stringify({ conversationId: 'c' });
const STALLED_MS = 300;

describe(NormalLoad.name, () => {
  it('continues sending while the service stalls, and counts the wait of each request', async () => {
    let asked = 0;
    const stall = new AbortController();
    const server = createServer((request, response) => {
      asked += 1;
      const answer = (): unknown => response.writeHead(request.method === 'POST' ? 201 : 200).end(OPENED);
      if (stall.signal.aborted) answer();
      else stall.signal.addEventListener('abort', answer);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const replicas = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];
    await using load = new NormalLoad({ replicas, headers: {}, guest: 'Alice', random: new SeededRandom(1) });
    const sending = AbortSignal.timeout(STALLED_MS);
    const over = load.run(sending);
    await until(() => sending.aborted && asked > 1);
    stall.abort();
    await over;
    server.close();

    expect(load.openings.count).toBeGreaterThan(1);
    expect(load.openings.butFor(['201'])).toEqual([]);
    expect(load.openings.worstMs).toBeGreaterThan(STALLED_MS / 2);
    expect(load.ends.count).toBe(load.openings.count);
    expect(load.ends.butFor(['200'])).toEqual([]);
  });

  it('reports a missing service', async () => {
    const options = {
      replicas: ['http://127.0.0.1:1'],
      headers: {},
      guest: 'Alice',
      random: new SeededRandom(1),
    };
    await using load = new NormalLoad(options);
    await load.run(AbortSignal.timeout(STALLED_MS));

    expect(load.openings.count).toBeGreaterThan(0);
    expect(load.openings.butFor(['201'])).toEqual([expect.stringContaining('no answer')]);
    expect(load.ends.count).toBe(0);
  });
});

describe(LogWatch.name, () => {
  it('counts lines and bytes by message, and finds lost leases, errors and secrets', () => {
    let write: (chunk: Buffer) => void = () => undefined;
    const log = new LogWatch({ onOutput: (listener) => void (write = listener) }, ['secret']);
    const text = [
      '{"level":"info","message":"A"}',
      '{"level":"error","message":"Lease lost: others have it"}',
      '{"level":"warn","message":"B","what":"secret"}',
      'no JSON',
      '',
    ].join('\n');
    // Sends two chunks, the first of which ends within a line.
    write(Buffer.from(text.slice(0, 40)));
    write(Buffer.from(text.slice(40)));

    expect([log.lines, log.bytes, log.errors]).toEqual([4, text.length, 1]);
    expect(log.lostLeases).toHaveLength(1);
    expect(log.leaks).toEqual(['B']);
    expect([...log.messages.keys()]).toEqual(['A', 'Lease lost: others have it', 'B', 'no JSON']);
  });
});

describe(AttackTally.name, () => {
  it('counts requests and answers, and finds the secrets of others in answers', () => {
    const tally = new AttackTally('attack', ['secret']);
    tally.sent(10, 2);
    tally.sentMore(5);
    tally.answered(400, 7);
    tally.answered('held, no answer', 9_000);
    tally.received(Buffer.from('no words'));
    tally.received(Buffer.from('a secret'));
    tally.received(Buffer.from('a secret'));

    expect(tally.figures).toEqual({
      name: 'attack',
      requests: 2,
      answers: { '400': 1, 'held, no answer': 1 },
      worstMs: 7,
      sentBytes: 15,
      receivedBytes: 24,
      findings: ['attack: an answer holds "secret" of another caller'],
    });
  });
});
