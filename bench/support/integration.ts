/** The Open Messaging integration of the simulators. */
export const BENCH_INTEGRATION = { id: 'bench-integration', secret: 'bench-webhook-secret' };
