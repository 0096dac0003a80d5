import fc from 'fast-check';
import { linked } from './audit-chain';
import { CHAIN_START, type ChainLink, hashOf } from './chain-link';
import { type ExportHeader, headerOf } from './audit-export';
import type { AuditRecord } from './audit-record';
import { anAuditRecord } from './audit-record.builder';
import { type AuditFinding, AuditVerifier } from './audit-verifier';

const NOW = 1_800_000_000_000;

/** Chains with so many records each; retention has cut off the beginning of the second. */
function anExport(lengths: readonly number[] = [5, 7, 4]): { header: ExportHeader; records: AuditRecord[] } {
  const records: AuditRecord[] = [];
  const chains = lengths.map((length, chain) => {
    const after: ChainLink = chain === 1 ? { seq: 12, hash: 'd'.repeat(64) } : CHAIN_START;
    let head = after;
    for (let count = 0; count < length; count += 1) {
      const record = anAuditRecord({ chain, requestId: `request-${count}`, detail: { count } }, head);
      records.push(record);
      head = record;
    }
    return { chain, after, head: { seq: head.seq, hash: head.hash } };
  });
  return { header: headerOf(chains, NOW), records };
}

const { header, records } = anExport();

function verify(
  lines: readonly unknown[],
  earlier?: ExportHeader,
): { finding: AuditFinding | undefined; records: number } {
  const verifier = new AuditVerifier(earlier);
  for (const line of lines) verifier.take(typeof line === 'string' ? line : JSON.stringify(line));
  verifier.end();
  return verifier;
}

function findingOf(lines: readonly unknown[], earlier?: ExportHeader): Partial<AuditFinding> {
  return verify(lines, earlier).finding ?? {};
}

function nameOf({ chain, seq }: AuditRecord): string {
  return `${chain}/${seq}`;
}

const eachRecord = records.map((record, index) => [nameOf(record), record, index] as const);

describe(AuditVerifier.name, () => {
  it('finds no fault in an unchanged export, nor in an empty one', () => {
    expect(findingOf([header, ...records])).toEqual({});
    expect(verify([header, ...records]).records).toBe(16);
    expect(findingOf([anExport([0, 0]).header])).toEqual({});
  });

  it.each(eachRecord)('finds record %s if any of its fields is changed', (name, record, index) => {
    for (const field of Object.keys(record)) {
      if (field === 'chain' || field === 'seq') continue;
      const edited = records.with(index, { ...record, [field]: 'x' });
      expect(findingOf([header, ...edited])).toMatchObject({ line: index + 2, record: name });
    }
    const extended = records.with(index, { ...record, further: 1 } as AuditRecord);
    expect(findingOf([header, ...extended])).toMatchObject({ line: index + 2, record: name });
    const renumbered = records.with(index, { ...record, seq: record.seq + 1 });
    expect(findingOf([header, ...renumbered])).toMatchObject({ line: index + 2, record: name });
  });

  it.each(eachRecord)('finds that record %s was changed, hash and all', (name, record, index) => {
    const forged = { ...record, reason: 'forged' };
    const edited = records.with(index, { ...forged, hash: hashOf(forged) });
    const next = records[index + 1];

    // If another record follows, the finding names that one as the mismatch, together with the changed one.
    const { record: named = '', what = '' } = findingOf([header, ...edited]);
    expect(named).toBe(next?.chain === record.chain ? nameOf(next) : name);
    expect(`${named} ${what}`).toContain(name);
  });

  it.each(eachRecord)('finds the place where record %s is missing or doubled', (name, record, index) => {
    const without = records.toSpliced(index, 1);
    expect(findingOf([header, ...without]).record).toBe(name);

    const twice = records.toSpliced(index, 0, record);
    expect(findingOf([header, ...twice]).line).toBe(index + 3);
  });

  const neighbours = eachRecord.filter(([, { chain }, index]) => records[index + 1]?.chain === chain);
  it.each(neighbours)('finds that record %s changed places with the next', (name, record, index) => {
    const next = records[index + 1] ?? record;
    const swapped = records.with(index, next).with(index + 1, record);

    expect(findingOf([header, ...swapped])).toMatchObject({ line: index + 2, record: name });
  });

  it.each(eachRecord)('finds that the export ends before record %s', (name, _, index) => {
    const { record, what } = findingOf([header, ...records.slice(0, index)]);

    expect(record).toBe(name);
    expect(what).toContain('missing');
  });

  it('finds a line that is cut, not JSON, not canonical or of another chain', () => {
    const [first] = records;
    const text = JSON.stringify(first);
    for (const line of [text.slice(0, -1), '', '[]', 'null', ` ${text}`, `{"seq":9,${text.slice(1)}`])
      expect(findingOf([header, line, ...records.slice(1)])).toMatchObject({ line: 2 });
    const stranger = anAuditRecord({ chain: 9 });
    expect(findingOf([header, stranger, ...records])).toMatchObject({ line: 2 });
  });

  it('finds records after the head of a chain', () => {
    const last = records.at(-1);
    if (last === undefined) throw new Error('There are records.');
    const more = anAuditRecord({ chain: last.chain }, last);

    expect(findingOf([header, ...records, more])).toMatchObject({ line: records.length + 2 });
  });

  it.each([[[]], [['']], [['{}']], [records], [[{ ...header, schema: 2 }, ...records]]])(
    'accepts only the header of an export as the first line: %#',
    (lines) => {
      expect(findingOf(lines as readonly unknown[]).line).toBeLessThan(2);
    },
  );

  it('finds a rewritten trail by means of an earlier export', () => {
    const rewritten = anExport();
    let last: ChainLink = CHAIN_START;
    const forged = rewritten.records.map((record) => {
      if (record.chain !== 0) return record;
      const link = linked({ ...record, reason: 'forged' }, last);
      last = link;
      return link;
    });
    const chains = header.chains.map((chain) =>
      chain.chain === 0 ? { ...chain, head: { seq: last.seq, hash: last.hash } } : chain,
    );
    const newHeader = headerOf(chains, NOW);

    expect(findingOf([newHeader, ...forged])).toEqual({});
    expect(findingOf([newHeader, ...forged], header)).toMatchObject({ record: '0/5' });
  });

  it('finds a trail that is shorter than an earlier export', () => {
    const shorter = anExport([5, 7, 3]);

    expect(findingOf([shorter.header, ...shorter.records])).toEqual({});
    expect(findingOf([shorter.header, ...shorter.records], header)).toMatchObject({ line: 1, record: '2/3' });
  });

  it('accepts an earlier export if retention has dropped its records since', () => {
    const { chains } = header;
    const dropped = chains.map((chain) => ({ ...chain, after: chain.head }));

    expect(findingOf([headerOf(dropped, NOW)], header)).toEqual({});
    const [first, ...others] = dropped;
    if (first === undefined) throw new Error('There are chains.');
    const end = { seq: first.head.seq, hash: 'f'.repeat(64) };
    const forged = headerOf([{ ...first, after: end, head: end }, ...others], NOW);
    expect(findingOf([forged], header)).toMatchObject({ line: 1, record: '0/5' });
  });

  it('accepts no other order of the lines', () => {
    const order = records.map((_, index) => index);
    fc.assert(
      fc.property(fc.shuffledSubarray(order, { minLength: order.length }), (shuffled) => {
        const lines = shuffled.map((index) => records[index]);
        // Chains may come in any order, as long as each is in its own.
        const isInOrder = header.chains.every(({ chain }) => {
          const seqs = lines.filter((line) => line?.chain === chain).map((line) => line?.seq ?? 0);
          return seqs.every((seq, at) => at === 0 || seq > (seqs[at - 1] ?? 0));
        });
        expect(verify([header, ...lines]).finding === undefined).toBe(isInOrder);
      }),
    );
  });
});
