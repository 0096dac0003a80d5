/** A process that collects its garbage with each SIGUSR2, so that what it needs can be told from what it has left behind. */
const SCRIPT = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    collect();
  });
`;

/** The `NODE_OPTIONS` of such a process. */
export const COLLECTS_WHEN_ASKED = `--import=data:text/javascript,${encodeURIComponent(SCRIPT)}`;
