import { Answer, jsonAnswer, problemAnswer } from '../server/answer';
import { only } from '../server/control-routes';
import { SimulatedRequest } from '../server/simulated-request';
import { Deployment, publicConfig, publicDomains } from './deployment';

const PATH = /^\/webdeployments\/v1\/deployments\/([^/]+)\/(config|domains)\.json$/;

/** The CDN's public description of a deployment. */
export class DeploymentEndpoint {
  constructor(private readonly deployments: ReadonlyMap<string, Deployment>) {}

  /** Returns undefined for any other path. */
  answer(request: SimulatedRequest): Answer | undefined {
    const [, id = '', file] = PATH.exec(request.path) ?? [];
    if (file === undefined) return undefined;
    const deployment = this.deployments.get(id);
    if (deployment === undefined) return problemAnswer(404, `no deployment ${id}`);
    const apiUrl = `http://${request.headers.host ?? 'localhost'}`;
    return only('GET', request, () =>
      jsonAnswer(200, file === 'config' ? publicConfig(deployment, apiUrl) : publicDomains(deployment)),
    );
  }
}
