import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { ConversationsMessagingChannel } from '../../src/genesys/conversations-messaging/conversations-messaging-channel';
import { OpenMessagingChannel } from '../../src/genesys/open-messaging/open-messaging-channel';
import { WebMessagingChannel } from '../../src/genesys/web-messaging/web-messaging-channel';
import type { Conversation, GuestChannel } from '../../src/session/ports/guest-channel';
import type { FaultRule } from '../../src/simulator/fault';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import type { WebMessaging } from '../../src/simulator/web-messaging/web-messaging';
import type { SocketFaultRule } from '../../src/simulator/web-messaging/socket-fault';
import { CHANNEL_CLIENT, OPEN_INTEGRATION } from '../support/channel-client';
import { ChannelProcess } from '../support/channel-process';
import { type ChannelUpstream, describeGuestChannel, type Trouble } from './guest-channel.contract';

const HTTP_TROUBLES: Readonly<Record<Trouble, FaultRule>> = {
  refusal: { match: { method: 'POST' }, fault: { kind: 'status', status: 400 } },
  'lost-answer': { match: { method: 'POST' }, fault: { kind: 'reset', effect: 'after' } },
  silence: { fault: { kind: 'hang-before-headers' } },
  throttled: { match: { method: 'PATCH' }, fault: { kind: 'status', status: 429, retryAfter: 1 } },
  failing: { match: { method: 'PATCH' }, fault: { kind: 'status', status: 500 }, times: 1 },
};

const ANALYTICS = '/api/v2/analytics/conversations/details';

const TOO_MANY = {
  kind: 'answer',
  code: 429,
  class: 'TooManyRequestsErrorMessage',
  body: { retryAfter: 1, errorCode: 4029, errorMessage: 'Too many' },
} as const;

const SOCKET_TROUBLES: Readonly<
  Record<Trouble, Omit<SocketFaultRule, 'match'> & { readonly action?: string }>
> = {
  refusal: { action: 'configureSession', fault: { kind: 'answer', code: 401 } },
  'lost-answer': { action: 'configureSession', fault: { kind: 'close', code: 1006, effect: 'after' } },
  silence: { fault: { kind: 'silence' } },
  throttled: { action: 'echo', fault: TOO_MANY },
  failing: { action: 'onMessage', fault: { kind: 'answer', code: 500 }, times: 1 },
};

/** Returns whether the session is still live and connected upstream. */
function isHeld(session: GuestSession | undefined): boolean {
  return session?.isLive === true && !session.isReadOnly && session.closeRequests === 0;
}

/** Number of requests that a fault has kept from the session. */
function spoiled({ faults }: WebMessaging, token: string): number {
  const own = faults.list().filter(({ match }) => match.token === token);
  return own.reduce((sum, { applied }) => sum + applied, 0);
}

/** Differences between the channels of the simulator. */
type SimulatedSide = {
  readonly [Question in 'begun' | 'asked' | 'lives' | 'beats' | 'end']: (
    genesys: GenesysSimulator,
    conversation: Conversation,
  ) => ReturnType<ChannelUpstream[Question]>;
} & { spoil(genesys: GenesysSimulator, conversation: Conversation, trouble: Trouble): void };

async function simulated(type: Type<GuestChannel>, side: SimulatedSide): Promise<ChannelUpstream> {
  const genesys = await GenesysSimulator.start({
    clients: { [CHANNEL_CLIENT.id]: CHANNEL_CLIENT.secret },
    openMessaging: { integrations: [OPEN_INTEGRATION] },
  });
  return {
    get openConnections() {
      return genesys.webMessaging.openConnections;
    },
    connect: async () => {
      const process = await ChannelProcess.start(genesys);
      return {
        channel: process.channel(type),
        leaseFence: process.leaseFence,
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
    begun: (conversation) => side.begun(genesys, conversation),
    asked: (conversation) => side.asked(genesys, conversation),
    lives: (conversation) => side.lives(genesys, conversation),
    beats: (conversation) => side.beats(genesys, conversation),
    end: (conversation) => {
      side.end(genesys, conversation);
    },
    spoil: (conversation, trouble) => {
      side.spoil(genesys, conversation, trouble);
    },
    heal: () => {
      genesys.faults.clear();
      genesys.webMessaging.faults.clear();
    },
    [Symbol.asyncDispose]: () => genesys.close(),
  };
}

const REST_SIDE: SimulatedSide = {
  begun: ({ state }, { conversationId }) => (state.conversation(conversationId) === undefined ? 0 : 1),
  asked: ({ requests }, { conversationId }) => requests.count({ method: 'POST', conversationId }),
  lives: ({ state }, { conversationId }) => state.conversation(conversationId)?.state === 'connected',
  beats: ({ state }, { conversationId }) => state.conversation(conversationId)?.beats ?? 0,
  end: ({ state }, { conversationId }) => state.disconnect(conversationId),
  spoil: ({ faults }, { conversationId }, trouble) => {
    const { match, ...rule } = HTTP_TROUBLES[trouble];
    faults.add({ ...rule, match: { ...match, conversationId } });
  },
};

const SOCKET_SIDE: SimulatedSide = {
  begun: ({ webMessaging }, { guestToken }) => webMessaging.session(guestToken)?.sessions ?? 0,
  asked: ({ webMessaging }, { guestToken }) =>
    (webMessaging.session(guestToken)?.configures ?? 0) + spoiled(webMessaging, guestToken),
  lives: ({ webMessaging }, { guestToken }) => isHeld(webMessaging.session(guestToken)),
  beats: ({ webMessaging }, { guestToken }) => webMessaging.session(guestToken)?.echoes ?? 0,
  end: ({ webMessaging }, { guestToken }) => webMessaging.agent.expire(guestToken),
  spoil: ({ webMessaging }, { guestToken: token }, trouble) => {
    const { action, ...rule } = SOCKET_TROUBLES[trouble];
    webMessaging.faults.add({ ...rule, match: { token, ...(action === undefined ? {} : { action }) } });
  },
};

describeGuestChannel({
  name: 'conversations-messaging',
  endReason: undefined,
  endCause: '404 not.found',
  start: () => simulated(ConversationsMessagingChannel, REST_SIDE),
});

/** Faults by the operation of the channel; a conversation is matched by its id where the path has it. */
const OPEN_TROUBLES: Readonly<Record<Trouble, FaultRule>> = {
  ...HTTP_TROUBLES,
  throttled: { match: { path: ANALYTICS }, fault: { kind: 'status', status: 429, retryAfter: 1 } },
};

function guestOf({ guestContext }: Conversation): string {
  return guestContext?.openingMessage?.guestId ?? '';
}

const OPEN_SIDE: SimulatedSide = {
  begun: ({ openMessaging }, conversation) =>
    openMessaging.conversations.filter(({ guestId }) => guestId === guestOf(conversation)).length,
  asked: ({ requests }, conversation) =>
    requests
      .find({ method: 'POST', path: /\/inbound\/open\/message$/ })
      .filter(({ body }) => JSON.stringify(body).includes(guestOf(conversation))).length,
  lives: ({ openMessaging }, conversation) =>
    openMessaging.conversation(guestOf(conversation))?.isOpen === true,
  beats: ({ requests }, { genesysConversationId = '' }) =>
    requests.find({ path: ANALYTICS }).filter(({ query }) => query['id']?.includes(genesysConversationId))
      .length,
  end: ({ openMessaging: { agent } }, conversation) => {
    agent.join(guestOf(conversation));
    agent.end(guestOf(conversation), 'agent');
  },
  spoil: ({ faults }, _conversation, trouble) => {
    faults.add(OPEN_TROUBLES[trouble]);
  },
};

describeGuestChannel({
  name: 'open-messaging',
  endReason: 'agent-ended',
  endCause: 'peer',
  unknownId: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11',
  facts: () => ({
    guestContext: {
      openingMessage: { text: 'Hello', integrationId: OPEN_INTEGRATION.id, guestId: randomUUID() },
    },
  }),
  start: () => simulated(OpenMessagingChannel, OPEN_SIDE),
});

describeGuestChannel({
  name: 'web-messaging',
  endReason: 'expired',
  endCause: 'SessionExpiredEvent',
  start: () => simulated(WebMessagingChannel, SOCKET_SIDE),
});
