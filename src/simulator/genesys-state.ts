import { Conversation, ConversationBody } from './conversation';
import { RateWindow } from './genesys/rate-window';
import { AccessToken, TokenRegistry } from './genesys/token-registry';

export interface GenesysStateOptions {
  readonly clients: Readonly<Record<string, string>>;
  readonly tokenLifetimeSeconds: number;
  readonly requestsPerMinute: number;
  readonly rateWindowMs: number;
  readonly now: () => number;
}

const MAX_ENDED_CONVERSATIONS = 100_000;
const UNLIMITED = 1_000_000;

/**
 * The live state of the simulated platform: a test reads it, and changes it as an administrator or an agent would.
 * Conversations stay after their end; beyond 100,000 ended ones the earliest ended are removed.
 */
export class GenesysState {
  readonly conversations = new Map<string, Conversation>();
  /** Number of token requests, refused ones included. */
  tokenRequests = 0;
  /** Number of API requests answered with 429 because of the rate limit. */
  throttled = 0;
  /** Lifetime in seconds of tokens that are issued from now on. */
  tokenLifetimeSeconds: number;
  /** Requests in a window for each token; 0 enforces no limit. */
  requestsPerMinute: number;
  readonly now: () => number;
  private readonly secrets: Map<string, string>;
  private readonly revokedClients = new Set<string>();
  private readonly tokens = new TokenRegistry();
  private readonly rateWindowMs: number;
  private readonly ended = new Set<string>();

  constructor(options: GenesysStateOptions) {
    this.secrets = new Map(Object.entries(options.clients));
    this.tokenLifetimeSeconds = options.tokenLifetimeSeconds;
    this.requestsPerMinute = options.requestsPerMinute;
    this.rateWindowMs = options.rateWindowMs;
    this.now = options.now;
  }

  /** The limit as the headers state it; an unreachable number where there is no limit. */
  get advertisedLimit(): number {
    return this.requestsPerMinute > 0 ? this.requestsPerMinute : UNLIMITED;
  }

  get rateWindowSeconds(): number {
    return Math.max(1, Math.ceil(this.rateWindowMs / 1000));
  }

  get liveTokens(): number {
    return this.tokens.countLive(this.now());
  }

  conversation(id: string): Conversation | undefined {
    return this.conversations.get(id);
  }

  openConversation(client: string, body: ConversationBody): Conversation {
    const conversation = new Conversation(client, body, this.now());
    this.conversations.set(conversation.id, conversation);
    return conversation;
  }

  /** Ends a conversation as an agent would; returns whether it was connected. */
  disconnect(id: string): boolean {
    const conversation = this.conversations.get(id);
    if (conversation?.state !== 'connected') return false;
    this.endConversation(conversation, 'agent');
    return true;
  }

  endConversation(conversation: Conversation, by: 'client' | 'agent'): void {
    conversation.end(by, this.now());
    this.ended.add(conversation.id);
    const [first] = this.ended;
    if (this.ended.size > MAX_ENDED_CONVERSATIONS && first !== undefined) {
      this.ended.delete(first);
      this.conversations.delete(first);
    }
  }

  /** Returns undefined when the platform would refuse the login. */
  logIn(clientId: string, secret: string): string | undefined {
    if (this.secrets.get(clientId) !== secret || this.revokedClients.has(clientId)) return undefined;
    const expiresAt = this.now() + this.tokenLifetimeSeconds * 1000;
    return this.tokens.issue(clientId, expiresAt, new RateWindow(this.rateWindowMs));
  }

  findToken(token: string): AccessToken | undefined {
    return this.tokens.findLive(token, this.now());
  }

  /** Revokes the live tokens of one client, or of all; a new login succeeds. */
  revokeTokens(clientId?: string): void {
    this.tokens.revoke(clientId);
  }

  /** Refuses the client's logins from now on and revokes its tokens. */
  revokeClient(clientId: string): void {
    this.revokedClients.add(clientId);
    this.tokens.revoke(clientId);
  }

  restoreClient(clientId: string): void {
    this.revokedClients.delete(clientId);
  }

  /** Changes a client's secret, or registers a new client. Its tokens stay valid. */
  setSecret(clientId: string, secret: string): void {
    this.secrets.set(clientId, secret);
  }

  /** Clears conversations and counts. OAuth clients and tokens stay. */
  reset(): void {
    this.conversations.clear();
    this.ended.clear();
    this.tokenRequests = 0;
    this.throttled = 0;
  }
}
