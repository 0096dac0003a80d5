import type { Retry } from './catalogue/problem-type';
import type { ProblemTypeResponse } from './dto/problem-type.response';

const RETRY_TEXT: Readonly<Record<Retry, string>> = {
  no: 'No: the same request is refused again until an operator or the caller has acted.',
  changed: 'With a change: the same request is refused again.',
  later: 'Yes: after the time in Retry-After, or with a growing pause without that header.',
};

/** Renders the JSON as an HTML page. It needs no script and no style. */
export function problemPage({ code, title, statuses, meaning, action, retry }: ProblemTypeResponse): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${asText(title)}</title></head>
<body>
<main>
<h1>${asText(title)}</h1>
<p><code>${asText(code)}</code>, status ${statuses.join(', ')}</p>
<h2>What it means</h2>
<p>${asText(meaning)}</p>
<h2>What to do</h2>
<p>${asText(action)}</p>
<h2>Trying again</h2>
<p>${asText(RETRY_TEXT[retry])}</p>
</main>
</body>
</html>
`;
}

function asText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
