import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { firstPaintBudget } from './tools/first-paint-budget.js';
import { precompression } from './tools/precompression.js';

/** The service that `npm run dev` passes API requests on to. */
const SERVICE = 'http://127.0.0.1:3000';

export default defineConfig(({ command }) => ({
  // The build prints one line, and more when it fails.
  logLevel: command === 'build' ? 'warn' : 'info',
  // Relative URLs, since a gateway may serve the console below a prefix.
  base: './',
  plugins: [react(), firstPaintBudget({ maxGzipBytes: 300_000 }), precompression()],
  resolve: {
    alias: {
      // The sources, so that the build needs no earlier build of the client.
      '@genesys-guest-sessions/client': fileURLToPath(
        new URL('../client/src/public-api.ts', import.meta.url),
      ),
      // The verifier of the audit trail is the service's own.
      'node:crypto': fileURLToPath(new URL('src/audit/node-crypto.ts', import.meta.url)),
    },
  },
  build: {
    target: 'es2022',
    // The Content-Security-Policy permits files of the service itself only.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': SERVICE, '/problems': SERVICE } },
}));
