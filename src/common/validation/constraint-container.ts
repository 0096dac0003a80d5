import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

/**
 * Lets class-validator use constraints that are providers of the application, so that they can read its settings. It
 * creates all others itself. Each class is looked up once: a miss is an exception, and too slow per request.
 */
export class ConstraintContainer {
  private readonly known = new Map<Type, unknown>();

  constructor(private readonly modules: ModuleRef) {}

  get(type: Type): unknown {
    if (!this.known.has(type)) this.known.set(type, this.find(type));
    return this.known.get(type);
  }

  private find(type: Type): unknown {
    try {
      return this.modules.get<unknown>(type, { strict: false });
    } catch {
      // Not a provider of ours; class-validator falls back to its own instance.
      return undefined;
    }
  }
}
