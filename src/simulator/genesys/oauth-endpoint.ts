import { GenesysState } from '../genesys-state';
import { Answer, jsonAnswer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';

export const TOKEN_PATH = '/oauth/token';

interface Credentials {
  readonly clientId: string;
  readonly secret: string;
}

/** The client-credentials login, with credentials in a Basic header or in the form. */
export class OAuthEndpoint {
  constructor(private readonly state: GenesysState) {}

  answer(request: SimulatedRequest): Answer {
    if (request.method !== 'POST') return loginFailure(405, 'invalid_request', 'use POST', { allow: 'POST' });
    this.state.tokenRequests += 1;
    const form = new URLSearchParams(request.text);
    if (form.get('grant_type') !== 'client_credentials') {
      return loginFailure(400, 'unsupported_grant_type', 'grant type must be client_credentials');
    }
    const credentials = credentialsIn(request);
    const token = credentials && this.state.logIn(credentials.clientId, credentials.secret);
    if (token === undefined) return loginFailure(401, 'invalid_client', 'authentication failed');
    return jsonAnswer(
      200,
      { access_token: token, token_type: 'bearer', expires_in: this.state.tokenLifetimeSeconds },
      { 'cache-control': 'no-store' },
    );
  }
}

/** Makes an error body of the login; the description is in two fields, as in the real answers. */
export function loginFailure(
  status: number,
  error: string,
  description: string,
  headers: Record<string, string> = {},
): Answer {
  return jsonAnswer(status, { error, description, error_description: description }, headers);
}

/** Reads unverified credentials from a Basic header if there is one, else from the form. */
export function credentialsIn(request: SimulatedRequest): Credentials | undefined {
  const encoded = /^basic (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded !== undefined) {
    const pair = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    return colon < 0 ? undefined : { clientId: pair.slice(0, colon), secret: pair.slice(colon + 1) };
  }
  const form = new URLSearchParams(request.text);
  const clientId = form.get('client_id');
  const secret = form.get('client_secret');
  return clientId === null || secret === null ? undefined : { clientId, secret };
}
