import { v4 as uuid } from 'uuid';
import { UpstreamError } from '../../src/common/errors/upstream.errors';
import type { UpstreamEndReason } from '../../src/session/domain/session-state';
import { newGuestToken } from '../../src/session/domain/guest-token';
import type { BeatOutcome, Conversation, GuestChannel, Opened } from '../../src/session/ports/guest-channel';
import { FakeLeaseFence } from '../../src/session/ports/lease-fence.fake';
import { CHANNEL_CLIENT } from '../support/channel-client';
import { until } from '../support/until';
import { waitFor } from '../support/wait-for';

/** One process of the service, as far as a channel needs it. Disposing it stops the process in order. */
export interface ChannelHost extends AsyncDisposable {
  readonly channel: GuestChannel;
  /** The `LeaseFence` of the process. */
  readonly leaseFence: FakeLeaseFence;
}

/** A running upstream: what a test sees of it, and what it does there. Disposing it stops it. */
export interface ChannelUpstream extends AsyncDisposable {
  /** Connections that are open at the moment. */
  readonly openConnections: number;
  /** Starts another process of the service that uses it. */
  connect(): Promise<ChannelHost>;
  /** How often a conversation has begun. */
  begun(conversation: Conversation): number;
  /** How often an opening of it was asked for, repeats included. */
  asked(conversation: Conversation): number;
  lives(conversation: Conversation): boolean;
  beats(conversation: Conversation): number;
  end(conversation: Conversation): void;
  spoil(conversation: Conversation, trouble: Trouble): void;
  /** Ends all troubles. */
  heal(): void;
}

/** A channel and what its upstream says of an end. */
export interface ChannelUnderTest {
  readonly name: string;
  /** The reason that a beat gives for an end that the upstream brought about; undefined where it does not say. */
  readonly endReason: UpstreamEndReason | undefined;
  /** The upstream's own word for that end. */
  readonly endCause: string;
  /** Facts that each conversation of the channel needs. */
  facts?(): Partial<Conversation>;
  /** The upstream's own id of a conversation that does not exist, if it has ids of its own. */
  readonly unknownId?: string;
  start(): Promise<ChannelUpstream>;
}

/**
 * `refusal`: openings are refused permanently. `lost-answer`: they take effect, and the connection breaks. `silence`:
 * requests get no answer. `throttled`: beats arrive too early. `failing`: one disconnect request fails.
 */
export type Trouble = 'refusal' | 'lost-answer' | 'silence' | 'throttled' | 'failing';

const SOON_MS = 30_000;
const never = new AbortController().signal;

function soon(): number {
  return performance.now() + SOON_MS;
}

function aConversationWith(facts: Partial<Conversation> = {}): Conversation {
  return {
    conversationId: uuid(),
    oauthClient: CHANNEL_CLIENT.id,
    guestToken: newGuestToken(),
    queueId: 'support',
    name: 'Guest',
    locale: 'en-US',
    capabilities: ['typing-indicator', 'read-receipts'],
    durationLimit: 1800,
    createdAt: Date.now(),
    ...facts,
  };
}

/** The conversation as the session keeps it after its opening. */
function openedAs(conversation: Conversation, { genesysConversationId }: Opened): Conversation {
  return genesysConversationId === undefined ? conversation : { ...conversation, genesysConversationId };
}

/** Returns the error of a rejected call. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => {
      throw new Error(`It came to ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** The contract of a `GuestChannel`, tested with two processes of the service and one upstream. */
export function describeGuestChannel(subject: ChannelUnderTest): void {
  describe(`the channel ${subject.name}`, () => {
    let upstream: ChannelUpstream;
    let hosts: ChannelHost[];
    let channel: GuestChannel;
    let other: GuestChannel;

    const aConversation = (): Conversation => aConversationWith(subject.facts?.());
    const anUnknownConversation = (): Conversation => ({
      ...aConversation(),
      ...(subject.unknownId === undefined ? {} : { genesysConversationId: subject.unknownId }),
    });
    const begun = (one: Conversation): number => upstream.begun(one);
    const lives = (one: Conversation): boolean => upstream.lives(one);

    beforeAll(async () => {
      upstream = await subject.start();
      hosts = [await upstream.connect(), await upstream.connect()];
      [channel, other] = hosts.map((host) => host.channel) as [GuestChannel, GuestChannel];
    }, 120_000);

    afterEach(() => {
      upstream.heal();
    });

    afterAll(async () => {
      for (const host of hosts) await host[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    });

    async function opened(): Promise<Conversation> {
      const conversation = aConversation();
      return openedAs(conversation, await channel.open(conversation, soon(), never));
    }

    async function openingIn(trouble: Trouble): Promise<{ conversation: Conversation; error: unknown }> {
      const conversation = aConversation();
      upstream.spoil(conversation, trouble);
      const error = await failureOf(channel.open(conversation, performance.now() + 450, never));
      return { conversation, error };
    }

    describe('open', () => {
      it("starts the conversation under the service's own id or token", async () => {
        const conversation = await opened();
        expect([begun(conversation), lives(conversation)]).toEqual([1, true]);
      });

      it('succeeds for an existing conversation, and starts no second one', async () => {
        const conversation = await opened();
        await channel.open(conversation, soon(), never);
        await other.open(conversation, soon(), never);
        expect([begun(conversation), lives(conversation)]).toEqual([1, true]);
      });

      it('sends nothing when its deadline is over', async () => {
        const conversation = aConversation();
        const error = await failureOf(channel.open(conversation, performance.now() - 1, never));
        expect(error).toBeInstanceOf(UpstreamError);
        expect(error).toHaveProperty('mayHaveTakenEffect', false);
        expect(upstream.asked(conversation)).toBe(0);
      });

      it('sends nothing when its signal has aborted', async () => {
        const conversation = aConversation();
        await failureOf(channel.open(conversation, soon(), AbortSignal.abort()));
        await opened();
        expect(upstream.asked(conversation)).toBe(0);
      });

      it('ends by its signal', async () => {
        const conversation = aConversation();
        upstream.spoil(conversation, 'silence');
        const stop = new AbortController();
        const failure = failureOf(channel.open(conversation, soon(), stop.signal));
        await until(() => upstream.asked(conversation) > 0);
        stop.abort();
        await failure;
        expect(upstream.asked(conversation)).toBe(1);
      });

      it('reports no effect when it is refused, and does not retry', async () => {
        const { conversation, error } = await openingIn('refusal');
        expect(error).toBeInstanceOf(UpstreamError);
        expect(error).toHaveProperty('mayHaveTakenEffect', false);
        expect([upstream.asked(conversation), begun(conversation)]).toEqual([1, 0]);
      });

      it('reports a possible effect when the answer is lost', async () => {
        const { conversation, error } = await openingIn('lost-answer');
        expect(error).toBeInstanceOf(UpstreamError);
        expect(error).toHaveProperty('mayHaveTakenEffect', true);
        expect(begun(conversation)).toBe(1);
      });
    });

    describe('beat', () => {
      it('is ok while the conversation lives, and sends one request', async () => {
        const conversation = await opened();
        expect(await channel.beat(conversation, 1, never)).toEqual({ kind: 'ok' });
        expect(upstream.beats(conversation)).toBe(1);
      });

      it('is ok in another process than the one that opened it', async () => {
        const conversation = await opened();
        expect(await other.beat(conversation, 1, never)).toEqual({ kind: 'ok' });
        expect([begun(conversation), lives(conversation)]).toEqual([1, true]);
      });

      it('is gone when the upstream has ended the conversation, with the reason if known', async () => {
        const conversation = await opened();
        upstream.end(conversation);
        let outcome: BeatOutcome;
        // A notification over a socket may take a moment.
        do outcome = await channel.beat(conversation, 1, never);
        while (outcome.kind === 'ok');
        const { endReason: reason, endCause } = subject;
        expect(outcome).toEqual({ kind: 'gone', ...(reason === undefined ? {} : { reason }), endCause });
        expect((await other.beat(conversation, 2, never)).kind).toBe('gone');
        await until(() => !lives(conversation));
      });

      it('is gone for an unknown conversation, and starts none', async () => {
        const conversation = anUnknownConversation();
        expect(await channel.beat(conversation, 1, never)).toMatchObject({ kind: 'gone' });
        await until(() => !lives(conversation));
      });

      it('is postponed when it is throttled, with the requested wait', async () => {
        const conversation = await opened();
        upstream.spoil(conversation, 'throttled');
        const outcome = await channel.beat(conversation, 1, never);
        expect(outcome).toEqual({ kind: 'postponed', cause: 'throttled', retryAfterMs: 1_000 });
      });

      it('ends by its signal and does not throw', async () => {
        const conversation = await opened();
        upstream.spoil(conversation, 'silence');
        const stop = new AbortController();
        const beat = channel.beat(conversation, 1, stop.signal);
        stop.abort();
        expect(['failed', 'postponed']).toContain((await beat).kind);
        expect(['failed', 'postponed']).toContain((await channel.beat(conversation, 2, stop.signal)).kind);
      });
    });

    describe('disconnect', () => {
      it('ends the conversation, and is idempotent in every process', async () => {
        const conversation = await opened();
        expect((await channel.disconnect(conversation, never)).kind).toBe('confirmed');
        expect(lives(conversation)).toBe(false);
        expect(['confirmed', 'gone']).toContain((await channel.disconnect(conversation, never)).kind);
        expect(['confirmed', 'gone']).toContain((await other.disconnect(conversation, never)).kind);
        expect(lives(conversation)).toBe(false);
      });

      it('ends a conversation of another process', async () => {
        const conversation = await opened();
        expect((await other.disconnect(conversation, never)).kind).toBe('confirmed');
        expect(lives(conversation)).toBe(false);
        expect((await channel.beat(conversation, 1, never)).kind).toBe('gone');
      });

      it('reports an unknown conversation as gone', async () => {
        const conversation = anUnknownConversation();
        expect(await channel.disconnect(conversation, never)).toEqual({ kind: 'gone' });
        await until(() => !lives(conversation));
      });

      it('ends by its signal', async () => {
        const conversation = await opened();
        upstream.spoil(conversation, 'silence');
        const stop = new AbortController();
        const failure = failureOf(channel.disconnect(conversation, stop.signal));
        stop.abort();
        await failure;
        expect(lives(conversation)).toBe(true);
      });

      it('fails when the connection is broken, and succeeds when it is retried', async () => {
        const conversation = await opened();
        upstream.spoil(conversation, 'failing');
        expect(await failureOf(channel.disconnect(conversation, never))).toBeInstanceOf(UpstreamError);
        const { kind } = await channel.disconnect(conversation, never);
        expect(['confirmed', 'gone']).toContain(kind);
        expect(lives(conversation)).toBe(false);
      });
    });

    it('sends nothing for a conversation once the lease of its process is in doubt', async () => {
      const [conversation, next] = [await opened(), aConversation()];
      const leaseFence = hosts[0]?.leaseFence ?? new FakeLeaseFence();
      leaseFence.isValid = false;
      try {
        await failureOf(channel.open(next, performance.now() + 450, never));
        expect((await channel.beat(conversation, 1, never)).kind).toBe('postponed');
        await failureOf(channel.disconnect(conversation, never));
      } finally {
        leaseFence.isValid = true;
      }
      expect([upstream.asked(next), upstream.beats(conversation), lives(conversation)]).toEqual([0, 0, true]);
      // On a busy machine the first attempt may not get its answer in time.
      const { kind } = await waitFor(() => channel.disconnect(conversation, never));
      expect(['confirmed', 'gone']).toContain(kind);
      expect(lives(conversation)).toBe(false);
    });

    it('leaves no connection and no timer behind when its process stops', async () => {
      const timers = (): number =>
        process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
      const before = timers();
      const connections = upstream.openConnections;
      const third = await upstream.connect();
      const brief = third.channel;
      const asked = aConversation();
      const conversation = openedAs(asked, await brief.open(asked, soon(), never));
      await brief.beat(conversation, 1, never);
      void brief.beat(conversation, 2, never);
      await third[Symbol.asyncDispose]();
      // Those of the other processes may be closed meanwhile.
      await until(() => upstream.openConnections <= connections);
      await until(() => timers() <= before);
      expect(lives(conversation)).toBe(true);
    });
  });
}
