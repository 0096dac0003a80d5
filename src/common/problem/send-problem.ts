import type { FastifyReply } from 'fastify';
import { publicUrlOf } from '../server/public-url';
import type { Problem } from './problem';

/**
 * Answers with a problem document that no cache keeps. As a text, so that the content type stays what it is. `publicUrl` is
 * to be passed where Fastify itself made the reply: such a one does not know it.
 */
export function sendProblem(reply: FastifyReply, problem: Problem, publicUrl = publicUrlOf(reply)): void {
  void reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify({ ...problem, type: publicUrl + problem.type }));
}

/** The path without the query: a query may hold anything. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
