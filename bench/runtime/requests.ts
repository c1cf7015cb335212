import { drive, spread, type Spread } from '../statistics';
import type { Deployment } from './deployment';
import { cpuMsOf } from './processor-time';

/** As a sync writes them: well below Convex's limits for one transaction. */
const rowsPerMutation = 250;
const warmUp = 300;
const sequentialCount = 2_000;
const inFlightCount = 12_000;
const queryCount = 2_000;
const pageSize = 20;

interface Rate {
  perSecond: number;
  latency: Spread;
  /** Processor time of the deployment for one call: hardly depends on what else the machine does. */
  cpuMs: number;
}

export async function fill(deployment: Deployment, documents: number, alreadyThere = 0) {
  const cpuBeforeMs = cpuMsOf(deployment.pid);
  const startedAtMs = performance.now();
  for (let done = 0; done < documents; done += rowsPerMutation) {
    const count = Math.min(rowsPerMutation, documents - done);
    await deployment.call('mutation', 'insertMany', { from: alreadyThere + done, count });
  }
  const cpuMs = cpuMsOf(deployment.pid) - cpuBeforeMs;
  return {
    perSecond: Math.round((documents / (performance.now() - startedAtMs)) * 1000),
    cpuMsPerRow: Math.round((cpuMs / documents) * 1000) / 1000,
  };
}

/** Times calls over HTTP, after some that do not count. */
async function rate(
  deployment: Deployment,
  { count, inFlight }: { count: number; inFlight: number },
  call: (i: number) => Promise<void>,
): Promise<Rate> {
  await drive(warmUp, inFlight, call);
  const cpuBeforeMs = cpuMsOf(deployment.pid);
  const { eachMs, totalMs } = await drive(count, inFlight, call);
  return {
    perSecond: Math.round((count / totalMs) * 1000),
    latency: spread(eachMs),
    cpuMs: Math.round(((cpuMsOf(deployment.pid) - cpuBeforeMs) / count) * 1000) / 1000,
  };
}

export async function measureMutations(deployment: Deployment) {
  let next = 0;
  const insert = async () => {
    await deployment.call('mutation', 'insertOne', { n: 1_000_000_000 + next++ });
  };
  return {
    sequential: await rate(deployment, { count: sequentialCount, inFlight: 1 }, insert),
    inFlight64: await rate(deployment, { count: inFlightCount, inFlight: 64 }, insert),
  };
}

export async function measureQuery(deployment: Deployment): Promise<Rate> {
  const names = ['ada', 'barbara', 'grace', 'linus', 'radia'];
  return await rate(deployment, { count: queryCount, inFlight: 1 }, async (i) => {
    const from = `${names[i % names.length]} ${'abcd'[i % 4]}`;
    const value = await deployment.call('query', 'page', { from });
    if (Array.isArray(value) && value.length === pageSize) return;
    throw new Error(`The page from "${from}" holds ${JSON.stringify(value).slice(0, 200)}`);
  });
}
