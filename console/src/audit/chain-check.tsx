import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { announce } from '../components/announcements';
import { Panel } from '../components/panel';
import { ProblemAlert } from '../components/problem-alert';
import { Timestamp } from '../components/timestamp';
import { countedText } from '../format/figures';
import { readExport } from './read-export';
import { type ChainVerification, verifyChain } from './verify-chain';

/** Reads the export as a stream, and verifies its hash chains in the browser. */
export function ChainCheck(): ReactElement {
  const abort = useRef<AbortController>(undefined);
  const [lines, setLines] = useState(0);
  const check = useMutation({
    mutationFn: async () => {
      abort.current = new AbortController();
      const verification = await verifyChain(readExport(abort.current.signal, setLines));
      return { verification, at: new Date().toISOString() };
    },
    onSuccess: ({ verification }) => announce(verdictOf(verification)),
  });
  useEffect(() => () => abort.current?.abort(), []);
  return (
    <Panel
      title="Integrity"
      side={
        <>
          <Button size="xs" loading={check.isPending} onClick={() => check.mutate()}>
            Verify the chain
          </Button>
          {check.isPending && (
            <Button size="xs" variant="default" onClick={() => abort.current?.abort()}>
              Stop
            </Button>
          )}
        </>
      }
    >
      <div className="stack">
        {check.isIdle && (
          <p className="muted">Reads the whole trail, which is itself recorded, and verifies every hash.</p>
        )}
        {check.isPending && <p>{countedText(lines, 'line')} read …</p>}
        {check.isError && <ProblemAlert error={check.error} title="The chain was not verified" />}
        {check.isSuccess && <Verdict {...check.data} />}
      </div>
    </Panel>
  );
}

interface VerdictProps {
  readonly verification: ChainVerification;
  readonly at: string;
}

function Verdict({ verification, at }: VerdictProps): ReactElement {
  const isIntact = verification.finding === undefined;
  return (
    <p className={isIntact ? 'done' : 'missing-scope'} role={isIntact ? 'status' : 'alert'}>
      {isIntact ? '✓ ' : '× '}
      {verdictOf(verification)} · <Timestamp at={at} />
    </p>
  );
}

function verdictOf({ records, finding }: ChainVerification): string {
  const read = `${countedText(records, 'record')} verified`;
  if (finding === undefined) return `${read}: the chains are complete and unchanged.`;
  const record = finding.record === undefined ? '' : ` (record ${finding.record})`;
  return `${read}, then a finding in line ${finding.line}${record}: ${finding.what}`;
}
