import { CrmSimulator } from '../../src/simulator/crm-simulator';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import type { Fault } from '../../src/simulator/fault';
import { BENCH_INTEGRATION } from '../support/integration';
import { serve } from '../support/ipc';

export interface Simulators {
  readonly genesysUrl: string;
  readonly crmUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface SimulatorCommands {
  start: { input: undefined; output: Simulators };
  /** Registers conversations as if they had been opened. */
  seed: { input: readonly string[]; output: undefined };
  reset: { input: undefined; output: undefined };
  /** Spoils the openings of guests with these names, each with another fault. */
  spoil: { input: readonly string[]; output: undefined };
  counts: { input: undefined; output: { requests: number; events: number } };
  /** The age of each event of the CRM at its receipt, from its own timestamp, in milliseconds. */
  eventAges: { input: undefined; output: readonly number[] };
}

const CLIENT = { id: 'bench-client', secret: 'bench-secret' };

const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'reset' },
  { kind: 'garbage', effect: 'after' },
  { kind: 'status', status: 429, retryAfter: 0 },
  { kind: 'delay', ms: 500 },
];

const genesys = GenesysSimulator.start({
  journalSize: 0,
  clients: { [CLIENT.id]: CLIENT.secret },
  openMessaging: { integrations: [BENCH_INTEGRATION] },
});
const crm = CrmSimulator.start({ journalSize: 0 });

serve<SimulatorCommands>({
  start: async () => ({
    genesysUrl: (await genesys).url,
    crmUrl: (await crm).url,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
  }),
  seed: async (ids) => {
    const { state } = await genesys;
    for (const id of ids) {
      state.openConversation(CLIENT.id, {
        id,
        from: { id },
        to: [{ id: 'queue' }],
        type: 'messaging',
        context: { locale: 'en-US', capabilities: [] },
      });
    }
    return undefined;
  },
  spoil: async (names) => {
    const { faults } = await genesys;
    names.forEach((name, index) => {
      const fault = FAULTS[index % FAULTS.length];
      if (fault !== undefined) faults.add({ match: { method: 'POST', bodyContains: name }, fault });
    });
    return undefined;
  },
  reset: async () => {
    (await genesys).reset();
    (await crm).reset();
    return undefined;
  },
  counts: async () => ({ requests: (await genesys).requests.total, events: (await crm).received.length }),
  eventAges: async () =>
    (await crm).received.map(({ at, body }) => at - Date.parse((body as { timestamp: string }).timestamp)),
});
