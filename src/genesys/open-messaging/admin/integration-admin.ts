import type { TokenEndpoint } from '../../../auth/ports/token-endpoint';
import {
  UpstreamError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { abortable } from '../../../common/time/abortable';
import { withDeadline } from '../../../common/time/deadline';
import { pause } from '../../../common/time/pause';
import type { GenesysConfig } from '../../../config/genesys.config';
import { type Fields, numberIn, objectsIn } from '../../fields';
import { errorOf, jsonObjectOf } from '../../transport/classification';
import type { GenesysHttpClient, GenesysRequest } from '../../transport/genesys-http-client';
import { CreationPendingError } from './creation-pending.errors';
import {
  bodyOf,
  type IntegrationSettings,
  type PlatformIntegration,
  platformIntegrationIn,
} from './platform-integration';

const PATH = '/api/v2/conversations/messaging/integrations/open';
const PAGE_SIZE = 100;
/** More integrations than an organisation has. */
const MAX_PAGES = 50;
const POLL_MS = 1_000;
const CREATION_MS = 120_000;

/** Failures after which the next read of a creation's state may succeed. */
const PASSING = [UpstreamServerError, UpstreamThrottledError, UpstreamTimeoutError, UpstreamUnavailableError];

type Request = Pick<GenesysRequest, 'method' | 'body'> & { readonly path?: string };

/**
 * Reads, creates and changes the Open Messaging integrations of the organisation, as the first OAuth client and with one
 * access token. Each request has a time-out and is sent once. All methods reject with an `UpstreamError`, also after an
 * abort.
 */
export class IntegrationAdmin {
  private token: string | undefined;

  constructor(
    private readonly http: GenesysHttpClient,
    private readonly tokens: TokenEndpoint,
    private readonly config: GenesysConfig,
  ) {}

  async list(signal: AbortSignal): Promise<PlatformIntegration[]> {
    const found: PlatformIntegration[] = [];
    for (let page = 1; page <= MAX_PAGES; page++) {
      const path = `?pageSize=${PAGE_SIZE}&pageNumber=${page}`;
      const answer = await this.call({ method: 'GET', path }, signal);
      const entities = objectsIn(answer, 'entities');
      found.push(...entities.map(platformIntegrationIn));
      if (entities.length === 0 || page >= (numberIn(answer, 'pageCount') ?? 1)) break;
    }
    return found;
  }

  async get(id: string, signal: AbortSignal): Promise<PlatformIntegration> {
    return platformIntegrationIn(await this.call({ method: 'GET', path: pathOf(id) }, signal));
  }

  /** The integration as it is before its asynchronous creation has ended. */
  async create(settings: Required<IntegrationSettings>, signal: AbortSignal): Promise<PlatformIntegration> {
    return platformIntegrationIn(await this.call({ method: 'POST', body: bodyOf(settings) }, signal));
  }

  async change(id: string, settings: IntegrationSettings, signal: AbortSignal): Promise<PlatformIntegration> {
    const request = { method: 'PATCH', path: pathOf(id), body: bodyOf(settings) } as const;
    return platformIntegrationIn(await this.call(request, signal));
  }

  /**
   * Waits for the end of a creation, and returns the integration, also if the creation failed. A failure that may pass
   * does not end the wait. Rejects with `CreationPendingError` after two minutes.
   */
  async created(id: string, signal: AbortSignal): Promise<PlatformIntegration> {
    const read = (limited: AbortSignal): Promise<PlatformIntegration> => this.readUntilCreated(id, limited);
    return withDeadline(CREATION_MS, signal, read, (cause) => new CreationPendingError(id, { cause }));
  }

  private async readUntilCreated(id: string, signal: AbortSignal): Promise<PlatformIntegration> {
    for (;;) {
      try {
        const found = await this.get(id, signal);
        if (found.createStatus !== 'Initiated') return found;
      } catch (error) {
        signal.throwIfAborted();
        if (!mayPass(error)) throw error;
      }
      await pause(POLL_MS, signal);
    }
  }

  private async call({ method, path = '', body }: Request, signal: AbortSignal): Promise<Fields> {
    const token = await this.accessToken(signal);
    const answer = await this.http.send(
      {
        operation: 'integration',
        method,
        url: `${this.config.apiUrl}${PATH}${path}`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      },
      signal,
    );
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    return jsonObjectOf(answer);
  }

  private async accessToken(signal: AbortSignal): Promise<string> {
    const [client = ''] = this.config.clients.ids;
    this.token ??= (await abortable(this.tokens.requestToken(client), signal)).value;
    return this.token;
  }
}

function pathOf(id: string): string {
  return `/${encodeURIComponent(id)}`;
}

/** A new integration may be unknown for a moment. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  return (
    PASSING.some((type) => error instanceof type) || (error instanceof UpstreamRejectedError && error.gone)
  );
}
