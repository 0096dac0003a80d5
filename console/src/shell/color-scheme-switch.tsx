import { type MantineColorScheme, NativeSelect, useMantineColorScheme } from '@mantine/core';
import type { ReactElement } from 'react';

const SCHEMES: readonly { value: MantineColorScheme; label: string }[] = [
  { value: 'auto', label: 'System colours' },
  { value: 'light', label: 'Light colours' },
  { value: 'dark', label: 'Dark colours' },
];

/** Chooses the colours; the choice is kept in the browser. */
export function ColorSchemeSwitch(): ReactElement {
  // Without this option Mantine adds a style element, which the Content-Security-Policy refuses.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <NativeSelect
      size="xs"
      aria-label="Colour scheme"
      data={[...SCHEMES]}
      value={colorScheme}
      onChange={({ currentTarget }) => {
        const chosen = SCHEMES.find(({ value }) => value === currentTarget.value);
        if (chosen !== undefined) setColorScheme(chosen.value);
      }}
    />
  );
}
