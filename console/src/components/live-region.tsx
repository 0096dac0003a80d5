import { type ReactElement, useEffect, useState } from 'react';
import { subscribeToAnnouncements } from './announcements';

/** The one live region of the console. */
export function LiveRegion(): ReactElement {
  const [text, setText] = useState('');
  useEffect(() => subscribeToAnnouncements(setText), []);
  return (
    <div role="status" aria-live="polite" className="visually-hidden">
      {text}
    </div>
  );
}
