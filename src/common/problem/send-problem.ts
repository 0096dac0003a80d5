import type { FastifyReply } from 'fastify';
import { publicUrlOf } from '../server/public-url';
import type { Problem } from './problem';

/**
 * Sends a problem document that no cache stores. It sends a string, so that the content type stays. Pass `publicUrl`
 * if Fastify itself made the reply: such a reply does not know it.
 */
export function sendProblem(reply: FastifyReply, problem: Problem, publicUrl = publicUrlOf(reply)): void {
  void reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify({ ...problem, type: publicUrl + problem.type }));
}

/** The path without the query: a query may contain anything. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
