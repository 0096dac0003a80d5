/** Makes a process collect garbage with each SIGUSR2, so that live memory can be measured. */
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
export const COLLECTS_ON_SIGNAL = `--import=data:text/javascript,${encodeURIComponent(SCRIPT)}`;
