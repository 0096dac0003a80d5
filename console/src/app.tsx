import { createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { isDialogOpen } from './components/open-dialogs';
import { LoginGate } from './login/login-gate';
import { Pages } from './pages';

const theme = createTheme({ primaryColor: 'indigo', defaultRadius: 'sm', respectReducedMotion: true });

const queries = new QueryClient({
  defaultOptions: {
    // The client repeats requests where that is safe. A hidden page polls nothing, and reads when it is shown again.
    queries: {
      retry: false,
      staleTime: 1_000,
      gcTime: 60_000,
      networkMode: 'always',
      refetchOnWindowFocus: () => !isDialogOpen(),
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** The console. Mantine adds no style elements: its variables and classes are in files, as the Content-Security-Policy demands. */
export function App(): ReactElement {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
      deduplicateCssVariables
    >
      <QueryClientProvider client={queries}>
        <LoginGate>
          <Pages />
        </LoginGate>
      </QueryClientProvider>
    </MantineProvider>
  );
}
