import type { Client, ClientPathsWithMethod, FetchResponse, MaybeOptionalInit, ParseAs } from 'openapi-fetch';
import type { paths } from './generated/api.js';

type MediaType = `${string}/${string}`;
type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
type Path<M extends Method> = ClientPathsWithMethod<Client<paths>, M>;
type Init<P extends keyof paths, M extends Method, As extends ParseAs> = MaybeOptionalInit<paths[P], M> & {
  readonly parseAs?: As;
};
type Success<P extends keyof paths, M extends Method, As extends ParseAs> = Extract<
  FetchResponse<paths[P][M] & object, { parseAs: As }, MediaType>,
  { data: unknown }
>;

/** Sends one request of the API. Refusals are thrown as `ProblemError`, so that `data` is there. */
export type ApiMethod<M extends Method> = <P extends Path<M>, As extends ParseAs = 'json'>(
  path: P,
  ...init: undefined extends MaybeOptionalInit<paths[P], M> ? [init?: Init<P, M, As>] : [init: Init<P, M, As>]
) => Promise<Success<P, M, As>>;

/** Every operation of the API, by method and path, in the types of its description. */
export interface TypedApi {
  readonly GET: ApiMethod<'get'>;
  readonly PUT: ApiMethod<'put'>;
  readonly POST: ApiMethod<'post'>;
  readonly PATCH: ApiMethod<'patch'>;
  readonly DELETE: ApiMethod<'delete'>;
}
