import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import { serve } from '../support/ipc';
import { StatementTally, type TransactionCounts } from '../support/statement-tally';

export interface CountedServiceCommands {
  /** Starts the service and returns its address. */
  start: { input: undefined; output: string };
  /** Counts of this process so far. */
  counts: { input: undefined; output: TransactionCounts };
}

const tally = StatementTally.install();

serve<CountedServiceCommands>({
  start: async () => {
    const app = await createApp(readEnvironment(process.env));
    await app.listen({ host: '127.0.0.1', port: 0 });
    return app.getUrl();
  },
  counts: () => tally.counts,
});
