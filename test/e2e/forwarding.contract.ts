import { connect, type Socket } from 'node:net';
import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import { AddressSigner } from '../../src/replica/address-signer';
import { StorageConfig } from '../../src/config/storage.config';
import type { Answer } from '../support/api-client';
import { forgedProof } from '../support/forged-proof';
import { CALLERS, FORWARDED_PER_CALLER, type ReplicaPair } from '../support/replica-pair';
import { headOf, send } from '../support/raw-http';
import { until } from '../support/until';

const { operator, stranger, reader, crowd, metered } = CALLERS;
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const FILE = Buffer.alloc(3_000_000, 'a file');

/** Headers that the forged replica adds to its answer. */
const FALSE_ANSWER = { 'set-cookie': 'of=the-other', 'x-request-id': 'of-the-other', 'retry-after': '7' };

/** Tests how two replicas forward requests to each other, with any requests of callers and any table of replicas. */
export function describeForwarding(pair: () => ReplicaPair): void {
  const typing = (id: string, headers: Readonly<Record<string, string>>): Promise<Answer> =>
    pair()
      .thereAs({ ...operator, headers })
      .request('POST', `/v1/sessions/${id}/typing`);

  /** Starts requests at the replica that does not hold the session, and sends only the first byte of their bodies. */
  function begin(count: number, path: string, headers: Readonly<Record<string, string>>): Socket[] {
    const { hostname, port } = new URL(pair().there.url);
    const head = headOf('POST', path, { 'content-length': '1000', ...headers });
    return Array.from({ length: count }, () => {
      const socket = connect(Number(port), hostname).on('error', () => socket.destroy());
      socket.write(`${head}{`);
      return socket;
    });
  }

  /** Number of sessions that a replica has ended at a caller's request. */
  async function endedBy(url: string): Promise<number> {
    const page = await (await fetch(`${url}/metrics`, { headers: operator.headers })).text();
    return Number(/^guest_sessions_terminations_total\{reason="requested"\} (\d+)/m.exec(page)?.[1] ?? 0);
  }

  async function upload(path: string, type: string): Promise<Answer> {
    const url = `${pair().there.url}${path}`;
    const headers = { ...operator.headers, 'content-type': type };
    const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(FILE) });
    const body = (await response.json()) as Answer['body'];
    return { status: response.status, headers: response.headers, body };
  }

  /** Writes a replica into the table, as a process with only the database can, and makes it the session's holder. */
  async function whileHeldBy(id: string, row: string, work: () => Promise<void>): Promise<void> {
    const [{ holder } = { holder: '' }] = await pair().query(
      `select holder from session where conversation_id = '${id}'`,
    );
    await pair().query(row);
    await pair().query(`update session set holder = 'false' where conversation_id = '${id}'`);
    try {
      await work();
    } finally {
      await pair().query(`update session set holder = '${String(holder)}' where conversation_id = '${id}'`);
      await pair().query(`delete from replica where id = 'false'`);
    }
  }

  const rowOf = (address: string, more = { columns: '', values: '' }): string =>
    `insert into replica (id, address, lease_until, is_lost${more.columns})
     values ('false', '${address}', 9000000000000, 0${more.values})`;

  it('serve a caller while others have started any number of requests', async () => {
    const { id } = await pair().opened();
    const json = { 'content-type': 'application/json' };
    const path = `/v1/sessions/${id}/messages`;
    const sockets = [
      ...begin(70, path, { ...json, ...reader.headers }),
      ...begin(70, path, { ...json, ...stranger.headers }),
      ...begin(70, path, { ...json, ...crowd.headers }),
    ];
    let answered = 0;
    for (const socket of sockets.slice(140)) socket.on('data', () => (answered += 1));
    await until(() => sockets.slice(0, 70).every(({ bytesRead }) => bytesRead > 0));

    expect((await typing(id, operator.headers)).status).toBe(202);
    expect(answered).toBe(0);
    for (const socket of sockets) socket.destroy();
    await pair().here.end(id);
  });

  it("limit a caller's uploads to its share of the connections", async () => {
    const { id } = await pair().opened();
    const path = `/v1/sessions/${id}/attachments?fileName=a.png`;
    const headers = { 'content-type': 'image/png', ...operator.headers };
    const sockets: Socket[] = [];
    let refused: Answer | undefined;
    await until(async () => {
      sockets.push(...begin(1, path, headers));
      const answer = await typing(id, operator.headers);
      if (answer.status === 429) refused = answer;
      return refused !== undefined;
    });

    expect(sockets.length).toBeGreaterThanOrEqual(FORWARDED_PER_CALLER);
    expect(refused?.body).toMatchObject({ code: 'too-many-caller-forwarded' });
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect((await typing(id, crowd.headers)).status).toBe(202);
    for (const socket of sockets) socket.destroy();
    await until(async () => (await typing(id, operator.headers)).status === 202);
    await pair().here.end(id);
  });

  it("answer alike for another caller's session and a missing one", async () => {
    const { id } = await pair().opened();
    const forged = forgedProof();
    const [others, none] = [await typing(id, stranger.headers), await typing(UNKNOWN, stranger.headers)];

    expect([others.status, none.status]).toEqual([404, 404]);
    expect(others.body['code']).toBe(none.body['code']);
    expect((await typing(id, { ...stranger.headers, ...forged })).status).toBe(404);
    expect((await typing(id, forged)).status).toBe(401);
    expect((await typing(id, reader.headers)).status).toBe(403);
    await pair().here.end(id);
  });

  it('send nothing to an address that is only in the table of replicas', async () => {
    const { id } = await pair().opened();
    await using replica = await HttpReceiver.start();
    await whileHeldBy(id, rowOf(replica.url), async () => {
      const { status, body } = await typing(id, operator.headers);

      expect([status, body['code']]).toEqual([503, 'session-moving']);
      expect(replica.received).toEqual([]);
    });
  });

  it("send a proof and no credential to a replica, and pass on only a replica's headers of its answer", async () => {
    const { id } = await pair().opened();
    await using replica = await HttpReceiver.start();
    const signature = new AddressSigner(
      new StorageConfig({ DATA_DIR: '', DATA_KEY: [String(pair().world.environment['DATA_KEY'])] }),
    ).sign({ id: 'false', address: replica.url });
    replica.nextStatus(202, '', FALSE_ANSWER);
    const row = rowOf(replica.url, { columns: ', address_seal', values: `, '${signature}'` });
    await whileHeldBy(id, row, async () => {
      const { status, headers } = await typing(id, {
        ...operator.headers,
        cookie: 'a=b',
        'x-csrf-token': 'c',
        'x-request-id': 'mine',
      });

      const [received] = replica.received;
      expect(Object.keys(received?.headers ?? {}).sort()).toEqual(
        expect.arrayContaining(['traceparent', 'x-replica-proof', 'x-request-id']),
      );
      for (const name of ['authorization', 'cookie', 'x-csrf-token'])
        expect(received?.headers).not.toHaveProperty(name);
      expect([status, headers.get('x-request-id'), headers.get('retry-after')]).toEqual([202, 'mine', '7']);
      expect(headers.has('set-cookie')).toBe(false);
    });
  });

  it('count a request once, at either replica', async () => {
    const { id } = await pair().opened();
    const answers: Answer[] = [];
    while (answers.length < 40) answers.push(await typing(id, metered.headers));

    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    expect(answers.every(({ headers }) => headers.has('ratelimit'))).toBe(true);
    await pair().here.end(id);
  });

  it('let the holder end a session that is ended through either replica', async () => {
    const { id } = await pair().opened();
    const before = await endedBy(pair().here.url);
    const { status, body } = await pair().there.end(id);

    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'terminated', disconnect: 'confirmed' });
    expect(await endedBy(pair().here.url)).toBe(before + 1);
  });

  it('forward a file with its type, and the answer to an early refusal', async () => {
    const { id, guest } = await pair().opened();
    const path = `/v1/sessions/${id}/attachments`;
    const { status, body } = await upload(`${path}?fileName=a.png`, 'image/png');
    const refused = await upload(`${path}?fileName=a.ade`, 'image/png');
    const file = pair().world.genesys.webMessaging.attachments.find(
      guest.token,
      String(body['attachmentId']),
    );

    expect([status, body['fileType'], body['fileSize']]).toEqual([201, 'image/png', FILE.length]);
    expect(file?.content?.equals(FILE)).toBe(true);
    expect([refused.status, refused.body['code']]).toEqual([422, 'file-refused']);
    await pair().here.end(id);
  });

  it('use the path of an absolute target, and keep the request id', async () => {
    const { id } = await pair().opened();
    const { status, headers } = await send(pair().there.url, {
      method: 'POST',
      path: `http://elsewhere.example/v1/sessions/${id}/messages?`,
      headers: { ...operator.headers, 'content-type': 'application/json', 'x-request-id': 'of-the-caller' },
      body: '{ "text": "of an absolute target" }',
    });

    expect([status, headers['x-request-id']]).toEqual([201, 'of-the-caller']);
    await pair().here.end(id);
  });

  it('record refused callers at the holder', async () => {
    const { id } = await pair().opened();
    await upload(`/v1/sessions/${id}/attachments?fileName=a.ade`, 'image/png');
    let actors: object[] = [];
    await until(async () => {
      const { body } = await pair().here.request('GET', '/v1/audit?action=REQUEST_REFUSED&limit=100');
      actors = (body['items'] as { target: { id: string }; reason: string; actor: object }[])
        .filter(({ target, reason }) => target.id.endsWith('/attachments') && reason === 'extension-blocked')
        .map(({ actor }) => actor);
      return actors.length > 0;
    });

    expect(actors[0]).toEqual({ type: 'caller', name: 'operator' });
    await pair().here.end(id);
  });
}
