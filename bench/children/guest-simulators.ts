import { CrmSimulator } from '../../src/simulator/crm-simulator';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import { serve } from '../support/ipc';
import type { Simulators } from './simulators';

/** An agent's message and the guest that it is for. */
export interface AgentMessage {
  readonly token: string;
  readonly text: string;
}

export interface Cut {
  readonly token: string;
  readonly code: number;
}

/** A message as the history of a conversation has it. */
export interface HeldMessage {
  readonly id: string;
  readonly text: string | undefined;
}

/** The platform's record of a guest. */
export interface UpstreamGuest {
  readonly token: string;
  /** Number of sessions that were started. */
  readonly sessions: number;
  readonly configures: number;
  readonly connections: number;
  readonly isLive: boolean;
  readonly shortestEchoGapMs: number | null;
  /** Messages, oldest first and without events. */
  readonly messages: readonly HeldMessage[];
}

/** The platform's counts over all guests. */
export interface GuestCounts {
  readonly openConnections: number;
  /** Refused requests by the name of the limit. */
  readonly refused: Readonly<Record<string, number>>;
  readonly echoes: number;
}

export interface CrmEvent {
  readonly conversationId: string;
  readonly type: string;
  readonly state: string;
}

export interface GuestSimulatorCommands {
  start: { input: undefined; output: Simulators };
  /** Sends agents' messages; returns the number of messages that reached a live session. */
  say: { input: readonly AgentMessage[]; output: number };
  /** Closes or breaks the sockets of guests; returns their number. */
  cut: { input: readonly Cut[]; output: number };
  records: { input: undefined; output: readonly UpstreamGuest[] };
  counts: { input: undefined; output: GuestCounts };
  /** The events of sessions that the CRM received, in order; those of assignments are left out. */
  crmEvents: { input: undefined; output: readonly CrmEvent[] };
}

const CLIENT = { id: 'soak-client', secret: 'soak-secret' };

const genesys = GenesysSimulator.start({
  journalSize: 0,
  clients: { [CLIENT.id]: CLIENT.secret },
  webMessaging: { deployments: [{ autoStart: true }], keptFrames: 0 },
});
const crm = CrmSimulator.start({ journalSize: 0 });

serve<GuestSimulatorCommands>({
  start: async () => ({
    genesysUrl: (await genesys).url,
    crmUrl: (await crm).url,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
  }),
  say: async (sayings) => {
    const { agent } = (await genesys).webMessaging;
    return sayings.filter(({ token, text }) => agent.say(token, text) !== undefined).length;
  },
  cut: async (cuts) => {
    const { agent } = (await genesys).webMessaging;
    return cuts.reduce((sum, { token, code }) => sum + agent.cut(token, code), 0);
  },
  records: async () => upstreamGuestsOf(await genesys),
  counts: async () => {
    const { openConnections, throttle, sessions } = (await genesys).webMessaging;
    const echoes = sessions.reduce((sum, session) => sum + session.echoes, 0);
    return { openConnections, refused: throttle.refused, echoes };
  },
  crmEvents: async () =>
    (await crm).received
      .map(({ body }) => body as CrmEvent)
      .filter(({ type }) => type.startsWith('session.')),
});

function upstreamGuestsOf({ webMessaging }: GenesysSimulator): UpstreamGuest[] {
  return webMessaging.sessions.map((session) => {
    const { token, sessions, configures, isLive, shortestEchoGapMs } = session;
    const messages = session.messages
      .filter(({ content }) => content.type !== 'Event')
      .map(({ id, content }) => ({ id, text: content.text }));
    const connections = session.connections.size;
    return { token, sessions, configures, connections, isLive, shortestEchoGapMs, messages };
  });
}
