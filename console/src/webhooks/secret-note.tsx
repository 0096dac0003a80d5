import { Button } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { announce } from '../components/announcements';

/** The secret of a webhook, which no later answer of the service contains. */
export function SecretNote({ secret }: { readonly secret: string }): ReactElement {
  const [outcome, setOutcome] = useState('');
  const settle = (text: string): void => {
    setOutcome(text);
    announce(text);
  };
  const copy = (): void => {
    void navigator.clipboard.writeText(secret).then(
      () => settle('Secret copied'),
      () => settle('Secret not copied: select it and copy it yourself'),
    );
  };
  return (
    <div className="secret stack">
      <p>
        <strong>Secret of the webhook.</strong> It is shown now and never again: give it to the receiver.
      </p>
      <code className="copyable">{secret}</code>
      <div className="actions">
        <Button size="xs" variant="default" onClick={copy}>
          Copy secret
        </Button>
        <span className="muted">{outcome}</span>
      </div>
    </div>
  );
}
