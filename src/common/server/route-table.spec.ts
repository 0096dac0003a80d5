import { RouteTable } from './route-table';

function tableOf(...routes: [path: string, method: string | string[]][]): RouteTable {
  const table = new RouteTable();
  for (const [path, method] of routes) table.add(path, method);
  return table;
}

describe(RouteTable.name, () => {
  it('returns the methods of a path, each once and in order', () => {
    const table = tableOf(['/a', 'POST'], ['/a', ['GET', 'HEAD']], ['/a', 'GET'], ['/b', 'PUT']);

    expect(table.methodsOf('/a')).toEqual(['GET', 'HEAD', 'POST']);
  });

  it('has no methods for an unknown path', () => {
    const table = tableOf(['/a', 'GET'], ['/a/:id', 'GET']);

    expect(
      ['/', '', '/A', '/a/', '/a/b/c', '/ab', 'x/a', '/a\n'].map((path) => table.methodsOf(path)),
    ).toEqual(Array.from({ length: 8 }, () => []));
  });

  it('matches a parameter with any single segment', () => {
    const table = tableOf(['/a/:id', 'GET'], ['/a/:itemId/b', 'DELETE']);

    expect(table.methodsOf('/a/%2f..')).toEqual(['GET']);
    expect(table.methodsOf('/a/x/b')).toEqual(['DELETE']);
  });

  it('joins the methods of several routes that fit', () => {
    const table = tableOf(['/a/:id', 'GET'], ['/a/special', 'POST']);

    expect(table.methodsOf('/a/special')).toEqual(['GET', 'POST']);
    expect(table.methodsOf('/a/other')).toEqual(['GET']);
  });

  it('matches the characters of a route literally and not as a pattern', () => {
    const table = tableOf(['/openapi.json', 'GET'], ['/a(b)+', 'GET']);

    expect(table.methodsOf('/openapi.json')).toEqual(['GET']);
    expect(table.methodsOf('/openapiXjson')).toEqual([]);
    expect(table.methodsOf('/a(b)+')).toEqual(['GET']);
    expect(table.methodsOf('/abb')).toEqual([]);
  });

  it('omits routes with wildcards', () => {
    expect(tableOf(['*', 'OPTIONS'], ['/docs/*', 'GET']).methodsOf('/docs/x')).toEqual([]);
  });

  it('includes routes that are added later', () => {
    const table = tableOf(['/a', 'GET']);
    expect(table.methodsOf('/b')).toEqual([]);

    table.add('/b', 'PUT');

    expect(table.methodsOf('/b')).toEqual(['PUT']);
  });
});
