import type { ReactElement } from 'react';
import { type ScopeName, SCOPE_PURPOSES } from '../api/scope-name';

/** Explains that the caller lacks a scope, and what it opens. */
export function MissingScope({ scope }: { readonly scope: ScopeName }): ReactElement {
  return (
    <p className="missing-scope">
      The scope <code>{scope}</code> is needed {SCOPE_PURPOSES[scope]}. The administrator of the service
      grants it to the API key or the token.
    </p>
  );
}
