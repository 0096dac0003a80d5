import { CrmSimulator } from '../../src/simulator/crm-simulator';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import { serve } from '../support/ipc';

export interface Simulators {
  readonly genesysUrl: string;
  readonly crmUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface SimulatorCommands {
  start: { input: undefined; output: Simulators };
  /** Makes conversations known as if they had been opened. */
  seed: { input: readonly string[]; output: undefined };
  reset: { input: undefined; output: undefined };
  counts: { input: undefined; output: { requests: number; events: number } };
}

const CLIENT = { id: 'bench-client', secret: 'bench-secret' };

const genesys = GenesysSimulator.start({ journalSize: 0, clients: { [CLIENT.id]: CLIENT.secret } });
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
  reset: async () => {
    (await genesys).reset();
    (await crm).reset();
    return undefined;
  },
  counts: async () => ({ requests: (await genesys).requests.total, events: (await crm).received.length }),
});
