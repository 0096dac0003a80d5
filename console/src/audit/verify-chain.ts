/** The outcome of a verification; without a finding, every chain is complete and unchanged. */
export interface ChainVerification {
  readonly records: number;
  readonly finding?: { readonly line: number; readonly record?: string; readonly what: string };
}

/** Verifies the hash chains of an export of the audit trail, line by line. */
export const verifyChain: (lines: AsyncIterable<string>) => Promise<ChainVerification> = () =>
  Promise.reject(new Error('not available'));
