import { RouteConfig } from '@nestjs/platform-fastify';

/** Where a decorator of a route keeps what it says until the route is registered. */
const saidOf = new WeakMap<object, object>();

/** Keeps something with the route, where it is known before the body of a request is read; with what was said before. */
export function routeFacts(facts: object): MethodDecorator {
  return (target, name, descriptor) => {
    const handler = descriptor.value as object;
    const all = { ...saidOf.get(handler), ...facts };
    saidOf.set(handler, all);
    RouteConfig(all)(target, name, descriptor);
  };
}
