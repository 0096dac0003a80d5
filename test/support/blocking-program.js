/*
 * A process that blocks its own event loop, beside the built watchdog, and prints each report as a line of JSON:
 * node blocking-program.js <folder of the built watchdog> <block> <limit in milliseconds>
 */
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

const [, , built, kind, blockedMs] = process.argv;
const { EventLoopWatchdog } = require(join(built, 'event-loop-watchdog.js'));
const BLOCKED_FOR_MS = 1_500;

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const telemetry = {
  blocked: (report) => print(report),
  failed: (error) => print({ failed: String(error) }),
};

/** By CPU time: on a busy machine it takes longer instead of doing less. */
function spinInJavaScript() {
  const from = process.cpuUsage();
  let sum = 0;
  while (process.cpuUsage(from).user < BLOCKED_FOR_MS * 1_000) sum = addUp(sum);
  return sum;
}

function addUp(from) {
  let sum = from;
  for (let i = 0; i < 100_000; i += 1) sum += i;
  return sum;
}

function waitInNativeCode() {
  execFileSync('sleep', [String(BLOCKED_FOR_MS / 1_000)]);
}

const BLOCKS = { javascript: spinInJavaScript, native: waitInNativeCode, none: () => undefined };

const watchdog = new EventLoopWatchdog({ blockedMs: Number(blockedMs) }, telemetry);
watchdog.start();
print({ started: true });
// Each line on standard input begins a block, and its end leaves nothing that keeps the process alive.
process.stdin.on('data', () => {
  BLOCKS[kind]();
  print({ over: kind });
});
