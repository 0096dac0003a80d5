import { platformError } from '../genesys/platform-error';
import { Answer, emptyAnswer, jsonAnswer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { Deployment } from './deployment';
import { GuestIdentities, GuestTokens } from './guest-identities';
import { asFields, Fields, textOf } from './guest-request';
import { event } from './server-frame';
import { SessionRegistry } from './session-registry';

const PATH = '/api/v2/webdeployments/token/';

const TEXTS = ['code', 'idToken', 'redirectUri', 'nonce', 'codeVerifier', 'iss'];

/** Exchanges a guest's login for tokens to configure with, renews them, and logs guests out. */
export class GuestTokenEndpoint {
  constructor(
    private readonly deployments: ReadonlyMap<string, Deployment>,
    private readonly identities: GuestIdentities,
    private readonly registry: SessionRegistry,
  ) {}

  /** Returns undefined for any other path. */
  answer(request: SimulatedRequest, correlationId: string): Answer | undefined {
    if (!request.path.startsWith(PATH)) return undefined;
    switch (`${request.method} ${request.path.slice(PATH.length)}`) {
      case 'POST oauthcodegrantjwtexchange':
        return this.exchange(asFields(request.body), correlationId);
      case 'POST refresh':
        return this.refresh(asFields(request.body), correlationId);
      case 'DELETE revoke':
        return this.revoke(request, correlationId);
      default:
        return platformError({ status: 404 }, correlationId);
    }
  }

  private exchange(body: Fields, correlationId: string): Answer {
    const deployment = this.deployments.get(textOf(body['deploymentId']) ?? '');
    if (deployment === undefined) return platformError({ status: 404 }, correlationId);
    if (!deployment.auth.enabled) {
      return platformError({ status: 403, code: 'not.authorized' }, correlationId);
    }
    const oauth = asFields(body['oauth']);
    const [code, idToken] = [textOf(oauth['code']), textOf(oauth['idToken'])];
    if (!isOauth(oauth)) return platformError({ status: 400 }, correlationId);
    const tokens = this.tokensFor(code, idToken);
    return tokens === undefined ? platformError({ status: 401 }, correlationId) : jsonAnswer(200, tokens);
  }

  private tokensFor(code: string | undefined, idToken: string | undefined): GuestTokens | undefined {
    if (code !== undefined) return this.identities.exchangeCode(code);
    return idToken === undefined ? undefined : this.identities.exchangeIdToken(idToken);
  }

  private refresh(body: Fields, correlationId: string): Answer {
    const jwt = this.identities.refresh(textOf(body['refreshToken']) ?? '');
    return jwt === undefined ? platformError({ status: 401 }, correlationId) : jsonAnswer(200, { jwt });
  }

  /** Logs the user out; every socket of the user is notified. */
  private revoke({ headers: { authorization = '' } }: SimulatedRequest, correlationId: string): Answer {
    const [, jwt = ''] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    const user = this.identities.findUser(jwt);
    if (user === undefined) return platformError({ status: 401 }, correlationId);
    this.identities.revoke(user);
    for (const session of this.registry) {
      if (session.user?.id === user.id) session.end('logged-out', event('LogoutEvent', {}));
    }
    return emptyAnswer(204);
  }
}

/**
 * Checks the body as `WebDeploymentsOAuthRequestParameters` of the platform SDKs defines it: a code comes with its
 * `redirectUri`, an ID token without one; `maxAge` is a whole number of seconds, all other fields are strings.
 */
function isOauth(oauth: Fields): boolean {
  const { code, idToken, redirectUri, maxAge } = oauth;
  const areTexts = TEXTS.every((name) => oauth[name] === undefined || textOf(oauth[name]) !== undefined);
  const isAge = maxAge === undefined || (Number.isInteger(maxAge) && Number(maxAge) >= 0);
  const isComplete = code === undefined ? idToken !== undefined : redirectUri !== undefined;
  return areTexts && isAge && isComplete;
}
