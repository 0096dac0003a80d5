import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import type { HeartbeatPlan } from '../../src/heartbeat/domain/heartbeat-plan';
import { Heartbeat } from '../../src/heartbeat/heartbeat';
import { HeartbeatService } from '../../src/heartbeat/heartbeat.service';
import { SessionHeartbeatStarter } from '../../src/session/heartbeat/session-heartbeat-starter';
import { type BeatRun, measureBeats } from '../support/beat-run';
import { activeSessions } from '../support/guests';
import { serve } from '../support/ipc';

export interface ServiceBeatCommands {
  /** Starts the service with this many sessions and returns their ids. */
  prepare: { input: number; output: readonly string[] };
  run: { input: { beats: number; concurrency: number }; output: BeatRun };
}

let heartbeats: readonly Heartbeat[] = [];

serve<ServiceBeatCommands>({
  prepare: async (count) => {
    const plans = await plansOfService(count);
    heartbeats = plans.map(heartbeatOf);
    return plans.map(({ name }) => name);
  },
  run: ({ beats, concurrency }) => measureBeats(beats, concurrency, beat),
});

/** Captures the heartbeat plans that the service makes before they reach the timers. */
async function plansOfService(count: number): Promise<HeartbeatPlan[]> {
  const environment = readEnvironment(process.env);
  const app = await createApp(environment);
  await app.init();
  const plans: HeartbeatPlan[] = [];
  app.get(HeartbeatService).start = (plan) => {
    plans.push(plan);
  };
  const watch = app.get(SessionHeartbeatStarter);
  for (const session of activeSessions(count, environment.GENESYS_CHANNEL)) {
    watch.start(session, () => Promise.resolve());
  }
  return plans;
}

function heartbeatOf(plan: HeartbeatPlan): Heartbeat {
  return new Heartbeat(plan, 0, Date.now, {
    over: () => undefined,
    trouble: (message, error) => {
      process.stderr.write(`${message}: ${String(error)}\n`);
    },
  });
}

/** Returns the callback of a heartbeat's timer. */
async function beat(index: number): Promise<boolean> {
  const heartbeat = heartbeats[index % heartbeats.length];
  heartbeat?.tick();
  await heartbeat?.idle;
  return heartbeat?.status.consecutiveFailures === 0 && heartbeat.status.lastSuccessAt !== undefined;
}
