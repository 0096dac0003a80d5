/** An answer as it arrived, of whatever status. */
export interface GenesysAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
}
