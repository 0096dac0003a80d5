import type { ReactElement } from 'react';
import { ageText } from '../format/age';
import { localTimeText } from '../format/local-time';
import { useNow } from '../format/use-now';

interface TimestampProps {
  readonly at: string | undefined | null;
  /** Shows the age alone; the title has the time. */
  readonly isShort?: boolean;
  /** Shows the time alone. */
  readonly isAgeless?: boolean;
}

/** A moment in local time with its age, without the date if it is today's; its title is the ISO time. */
export function Timestamp({ at, isShort = false, isAgeless = false }: TimestampProps): ReactElement {
  const now = useNow();
  if (at === undefined || at === null || at === '') return <span className="muted">–</span>;
  const date = new Date(at);
  const age = ageText(date.getTime(), now);
  return (
    <time dateTime={at} title={at} className="timestamp">
      {isShort ? age : localTimeText(date, now)}
      {!isShort && !isAgeless && <span className="muted"> · {age}</span>}
    </time>
  );
}
