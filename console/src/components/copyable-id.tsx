import { type ReactElement, useState } from 'react';
import { announce } from './announcements';
import { CopyIcon } from './copy-icon';

interface CopyableIdProps {
  readonly id: string;
  /** The kind of id, for the name of the button. */
  readonly label: string;
  /** Makes the id a link. */
  readonly href?: string;
  /** Shows the first characters alone; the title has all of them. */
  readonly isShort?: boolean;
}

const SHORT_LENGTH = 8;

/** An id in monospace with a button that copies it. */
export function CopyableId({ id, label, href, isShort = false }: CopyableIdProps): ReactElement {
  const [isCopied, setCopied] = useState(false);
  const text = isShort && id.length > SHORT_LENGTH + 4 ? `${id.slice(0, SHORT_LENGTH)}…` : id;
  const copy = (): void => {
    void navigator.clipboard.writeText(id).then(
      () => {
        setCopied(true);
        announce(`${label} copied`);
      },
      () => announce(`${label} not copied: the browser refused`),
    );
  };
  return (
    <span className="copyable" title={id}>
      {href === undefined ? <code>{text}</code> : <a href={href}>{text}</a>}
      <button type="button" className="icon-button" aria-label={`Copy ${label}`} onClick={copy}>
        <CopyIcon state={isCopied ? 'copied' : 'copy'} />
      </button>
    </span>
  );
}
