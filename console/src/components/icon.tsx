import type { ReactElement } from 'react';

interface IconProps {
  /** The lines of the icon, in a square of 20 units. */
  readonly path: string;
  /** Width and height, in pixels. */
  readonly size: number;
}

/** A decoration beside a text: assistive technology skips it. */
export function Icon({ path, size }: IconProps): ReactElement {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
      className="page-icon"
    >
      <path d={path} />
    </svg>
  );
}
