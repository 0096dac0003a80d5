/** Whether an `Accept` wants a page more than data. Without a preference the answer is data. */
export function prefersHtml(accept: string | undefined): boolean {
  const weights = weightsOf(accept ?? '*/*');
  return weightOf(weights, 'text', 'html') > weightOf(weights, 'application', 'json');
}

/** Whether an `Accept-Encoding` allows a content coding. Without the header only the plain form is safe. */
export function acceptsCoding(acceptEncoding: string | string[] | undefined, coding: string): boolean {
  if (typeof acceptEncoding !== 'string') return false;
  const weights = weightsOf(acceptEncoding);
  return (weights.get(coding) ?? weights.get('*') ?? 0) > 0;
}

function weightsOf(accept: string): ReadonlyMap<string, number> {
  return new Map(
    accept.split(',').map((entry) => {
      const [range = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [range, weight === undefined ? 1 : Number(weight) || 0];
    }),
  );
}

/** The most specific range that fits decides, as RFC 9110, 12.5.1, has it. */
function weightOf(weights: ReadonlyMap<string, number>, type: string, subtype: string): number {
  return weights.get(`${type}/${subtype}`) ?? weights.get(`${type}/*`) ?? weights.get('*/*') ?? 0;
}
