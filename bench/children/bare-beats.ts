import { beatBody } from '../../src/genesys/conversations-messaging/bodies';
import { type BeatRun, measureBeats } from '../support/beat-run';
import { serve } from '../support/ipc';
import { BareUpstream } from '../support/upstream';
import type { Simulators } from './simulators';

export interface BareBeatCommands {
  prepare: { input: { simulators: Simulators; ids: readonly string[] }; output: undefined };
  run: { input: { beats: number; concurrency: number }; output: BeatRun };
}

let ids: readonly string[] = [];
let upstream: BareUpstream | undefined;

serve<BareBeatCommands>({
  prepare: async (input) => {
    ids = input.ids;
    upstream = await BareUpstream.logIn(input.simulators);
    return undefined;
  },
  run: ({ beats, concurrency }) => measureBeats(beats, concurrency, beat),
});

async function beat(index: number): Promise<boolean> {
  const id = ids[index % ids.length];
  const now = Date.now();
  const answer = await upstream?.send('PATCH', `/${id ?? ''}`, beatBody(now, now));
  return answer?.status === 200;
}
