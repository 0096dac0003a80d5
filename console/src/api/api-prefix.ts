/** The path below which the service is reached: that of the document up to `/console`, such as `/guests` behind a gateway. */
export function apiPrefixOf(pathname: string): string {
  const end = pathname.lastIndexOf('/console');
  return end === -1 ? '' : pathname.slice(0, end);
}
