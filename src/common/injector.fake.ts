import type { Abstract } from '@nestjs/common';
import { INJECTABLE_WATERMARK, PARAMTYPES_METADATA } from '@nestjs/common/constants';

/** An object for a class that the injector does not create itself, above all for the abstract class of a port. */
export type Override = readonly [token: Abstract<unknown>, instance: unknown];

/**
 * Creates injectable classes by the types of their constructor parameters, each once, as Nest's injector does: a test
 * names no parameters, and a new one needs no change in tests. Unlike Nest's it is synchronous, loads no modules and
 * calls no lifecycle hooks. Modules that lack a provider are found where the application is started.
 */
export class FakeInjector {
  private readonly instances: Map<Abstract<unknown>, unknown>;

  constructor(overrides: readonly Override[]) {
    this.instances = new Map(overrides);
  }

  /** Throws for a class that has neither an override nor `@Injectable()`, such as a port, and for a dependency cycle. */
  get<T>(token: Abstract<T>): T {
    return this.resolve(token, []) as T;
  }

  private resolve(token: Abstract<unknown>, path: readonly Abstract<unknown>[]): unknown {
    if (this.instances.has(token)) return this.instances.get(token);
    const names = [...path, token].map(({ name }) => name).join(' -> ');
    if (path.includes(token)) throw new Error(`Dependency cycle: ${names}`);
    if (!isInjectable(token)) throw new Error(`No override, and not injectable: ${names}`);
    const parameters = (Reflect.getMetadata(PARAMTYPES_METADATA, token) ?? []) as Abstract<unknown>[];
    const instance: unknown = new token(...parameters.map((type) => this.resolve(type, [...path, token])));
    this.instances.set(token, instance);
    return instance;
  }
}

function isInjectable(
  token: Abstract<unknown>,
): token is Abstract<unknown> & (new (...args: unknown[]) => unknown) {
  return Reflect.hasMetadata(INJECTABLE_WATERMARK, token);
}
