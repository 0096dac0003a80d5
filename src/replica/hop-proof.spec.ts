import { SystemClock } from '../common/time/system-clock';
import { newDataKey } from '../config/data-key-list';
import { StorageConfig } from '../config/storage.config';
import { type Hop, HopProof, type ProvenRequest } from './hop-proof';
import { FakeLease } from './ports/lease.fake';

const [K1, K2] = [newDataKey('k1'), newDataKey('k2')];
const REQUEST: ProvenRequest = {
  method: 'POST',
  url: '/v1/x?y=1',
  headers: { 'content-type': 'application/json', 'content-length': '2', 'idempotency-key': 'once' },
};
const HOP: Hop = {
  caller: { name: 'billing', owner: 'billing', scopes: ['messages.write'] },
  hops: 1,
  digest: 'of the body',
};

function proofOf(holder: string, ...keys: string[]): HopProof {
  const lease = Object.assign(new FakeLease(), { holder });
  return new HopProof(new StorageConfig({ DATA_DIR: '', DATA_KEY: keys }), new SystemClock(), lease);
}

describe(HopProof.name, () => {
  let sender: HopProof;
  let receiver: HopProof;

  beforeEach(() => {
    jest.useFakeTimers();
    sender = proofOf('here', K1);
    receiver = proofOf('there', K1);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const signed = (hop = HOP): string => sender.sign(REQUEST, hop, 'there');

  it('gives the receiver the caller and the number of hops', () => {
    expect(receiver.read(REQUEST, signed())).toMatchObject(HOP);
  });

  it('verifies with every data key', () => {
    expect(proofOf('there', K2, K1).read(REQUEST, signed())).toMatchObject(HOP);
    expect(proofOf('there', K2).read(REQUEST, signed())).toBeUndefined();
  });

  it.each([
    ['method', { method: 'DELETE' }],
    ['path', { url: '/v1/z?y=1' }],
    ['query', { url: '/v1/x?y=2' }],
    ['content type', { headers: { ...REQUEST.headers, 'content-type': 'image/png' } }],
    ['length', { headers: { ...REQUEST.headers, 'content-length': '3' } }],
    ['idempotency key', { headers: { ...REQUEST.headers, 'idempotency-key': 'twice' } }],
  ])('is not one of a request with another %s', (_part, changes) => {
    expect(receiver.read({ ...REQUEST, ...changes }, signed())).toBeUndefined();
  });

  it('accepts an empty body with a length of zero and without a length alike', () => {
    const empty = { ...REQUEST, headers: {} };
    const proof = sender.sign(empty, HOP, 'there');

    expect(receiver.read({ ...empty, headers: { 'content-length': '0' } }, proof)).toMatchObject(HOP);
  });

  it('is accepted once, by its receiver, and for a limited time', () => {
    const [first, late] = [signed(), signed()];

    expect(sender.read(REQUEST, first)).toBe('misdirected');
    expect(receiver.read(REQUEST, first)).toMatchObject(HOP);
    expect(receiver.read(REQUEST, first)).toBe('replayed');
    jest.advanceTimersByTime(30_001);
    expect(receiver.read(REQUEST, late)).toBe('expired');
    expect(receiver.read(REQUEST, first)).toBe('expired');
  });

  it('is accepted once by a receiver with a clock behind the sender', () => {
    const clock = new (class extends SystemClock {
      override now(): number {
        return super.now() - 1_000;
      }
    })();
    const lease = Object.assign(new FakeLease(), { holder: 'there' });
    const behind = new HopProof(new StorageConfig({ DATA_DIR: '', DATA_KEY: [K1] }), clock, lease);
    jest.advanceTimersByTime(29_999);
    const proof = signed();
    expect(behind.read(REQUEST, proof)).toMatchObject(HOP);
    for (const ms of [1, 30_000]) {
      jest.advanceTimersByTime(ms);
      expect(behind.read(REQUEST, signed())).toMatchObject(HOP);
    }
    jest.advanceTimersByTime(500);

    expect(behind.read(REQUEST, proof)).toBe('replayed');
  });

  it('is invalid if its statement was changed', () => {
    const [payload = '', code = ''] = signed().split('.');
    const statement = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Hop;
    const changed = { ...statement, caller: { ...HOP.caller, scopes: ['sessions.any'] } };
    const forged = Buffer.from(JSON.stringify(changed)).toString('base64url');

    expect(receiver.read(REQUEST, `${forged}.${code}`)).toBeUndefined();
  });

  it.each([undefined, '', 'nonsense', 'e30.AAAA', `${'9'.repeat(13)}.1.forged`])('is not %j', (given) => {
    expect(receiver.read(REQUEST, given)).toBeUndefined();
  });
});
