import type { FastifyReply } from 'fastify';
import type { Problem } from './problem';

/** Answers with a problem document that nobody keeps. As a text, so that the content type stays what it is. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  void reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem));
}

/** The path without the query: a query may hold anything. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
