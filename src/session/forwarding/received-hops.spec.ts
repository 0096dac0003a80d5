import type { FastifyRequest } from 'fastify';
import { RecordingLog } from '../../audit/recording-log.fake';
import { SystemClock } from '../../common/time/system-clock';
import type { HolderPart } from '../../common/server/by-holder.decorator';
import { newDataKey } from '../../config/data-key-list';
import { StorageConfig } from '../../config/storage.config';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { HopProof } from '../../replica/hop-proof';
import { FakeLease } from '../../replica/ports/lease.fake';
import { SessionMovingError } from '../domain/session.errors';
import { ForwardingTelemetry } from './forwarding.telemetry';
import { digestOf, PROOF_HEADER, ReceivedHops } from './received-hops';

const BODY = Buffer.from('{}');
const CALLER = { name: 'billing', owner: 'billing', scopes: ['messages.write'] as const };

let proof: HopProof;
let metrics: ReadableMetrics;
let hops: ReceivedHops;

beforeEach(() => {
  RecordingLog.install();
  const config = new StorageConfig({ DATA_DIR: '', DATA_KEY: [newDataKey('k1')] });
  proof = new HopProof(config, new SystemClock(), new FakeLease());
  metrics = new ReadableMetrics();
  hops = new ReceivedHops(proof, new ForwardingTelemetry(metrics));
});

function signed(to = 'here', digest = digestOf(BODY)): string {
  const hop = { caller: { ...CALLER, scopes: [...CALLER.scopes] }, hops: 2 };
  const request = { method: 'POST', url: '/v1/x', headers: {} };
  return proof.sign(request, digest === undefined ? hop : { ...hop, digest }, to);
}

function aRequest(proof: string | undefined, byHolder: HolderPart | 'none' = 'required'): FastifyRequest {
  const headers = proof === undefined ? {} : { [PROOF_HEADER]: proof };
  const routeOptions = { config: byHolder === 'none' ? {} : { byHolder } };
  return { method: 'POST', url: '/v1/x', raw: { headers }, routeOptions } as unknown as FastifyRequest;
}

describe(ReceivedHops.name, () => {
  it('takes the caller and the number of hops from the proof', () => {
    const request = aRequest(signed());

    expect(hops.receive(request)).toMatchObject({
      name: 'billing',
      owner: 'billing',
      scopes: new Set(CALLER.scopes),
    });
    expect(hops.countOf(request)).toBe(2);
  });

  it.each([undefined, '', `${Date.now() + 9_999}.1.forged`])('takes nothing from %j', (proof) => {
    const request = aRequest(proof);

    expect([hops.receive(request), hops.countOf(request)]).toEqual([undefined, 0]);
  });

  it('takes nothing where no request is forwarded to', () => {
    expect(hops.receive(aRequest(signed(), 'none'))).toBeUndefined();
  });

  it('takes the proof also where the holder is only preferred', () => {
    expect(hops.receive(aRequest(signed(), 'preferred'))).toMatchObject({ name: 'billing' });
  });

  it('refuses a proof for another replica, and one for the second time', async () => {
    const given = signed();
    hops.receive(aRequest(given));
    for (const refused of [signed('there'), given]) {
      expect(() => hops.receive(aRequest(refused))).toThrow(SessionMovingError);
    }
    expect(await metrics.sample('forwarding_refused_total{reason="misdirected"}')).toBe(1);
    expect(await metrics.sample('forwarding_refused_total{reason="replayed"}')).toBe(1);
  });

  it('refuses another body than the one of the proof', () => {
    const [read, streamed] = [aRequest(signed()), aRequest(signed('here', undefined))];
    for (const request of [read, streamed]) hops.receive(request);

    expect(() => {
      hops.assertBody(read, BODY);
      hops.assertBody(aRequest(undefined), BODY);
    }).not.toThrow();
    for (const body of [Buffer.from('{} '), Buffer.alloc(0), undefined])
      expect(() => {
        hops.assertBody(read, body);
      }).toThrow(SessionMovingError);
  });

  it('lets a body pass that is streamed when the proof has no digest, and no other', () => {
    const request = aRequest(
      proof.sign(
        { method: 'POST', url: '/v1/x', headers: {} },
        { caller: { ...CALLER, scopes: [] }, hops: 1 },
        'here',
      ),
    );
    hops.receive(request);

    expect(() => {
      hops.assertBody(request, undefined);
    }).not.toThrow();
    expect(() => {
      hops.assertBody(request, BODY);
    }).toThrow();
  });
});
