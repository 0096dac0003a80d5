/** Knows every route of the server, to distinguish "no such path" from "no such method on this path". */
export class RouteTable {
  private readonly methodsByPath = new Map<string, Set<string>>();
  private patterns: readonly (readonly [pattern: RegExp, methods: ReadonlySet<string>])[] | undefined;

  add(path: string, method: string | string[]): void {
    const methods = this.methodsByPath.get(path) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    this.methodsByPath.set(path, methods);
    this.patterns = undefined;
  }

  /** The methods of a path; empty for an unknown path. Routes with wildcards do not count. */
  methodsOf(path: string): string[] {
    this.patterns ??= [...this.methodsByPath]
      .filter(([route]) => !route.includes('*'))
      .map(([route, methods]) => [toPattern(route), methods] as const);
    const found = this.patterns
      .filter(([pattern]) => pattern.test(path))
      .flatMap(([, methods]) => [...methods]);
    return [...new Set(found)].sort();
  }
}

function toPattern(route: string): RegExp {
  const source = route.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+');
  return new RegExp(`^${source}$`);
}
