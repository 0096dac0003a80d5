import type { ScopeName } from '../../src/common/access/scope';
import { ApiClient } from './api-client';

/** A route of the API, as its description names it. */
export interface ApiRoute {
  readonly method: string;
  /** Path with a value for every parameter. */
  readonly path: string;
  /** Undefined for a route that is public. */
  readonly scope: ScopeName | undefined;
  readonly responses: Readonly<
    Record<string, { readonly description?: string; readonly headers?: Readonly<Record<string, unknown>> }>
  >;
  readonly security: unknown;
  readonly description: string | undefined;
}

type Operation = Omit<ApiRoute, 'method' | 'path' | 'scope'> & { readonly 'x-required-scope'?: ScopeName };

/** Every route in the description of the API. */
export async function routesOf(api: ApiClient): Promise<ApiRoute[]> {
  const { body } = await api.request('GET', '/openapi.json');
  const paths = body['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'some-id'),
      scope: operation['x-required-scope'],
      responses: operation.responses,
      security: operation.security,
      description: operation.description,
    })),
  );
}
