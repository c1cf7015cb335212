import type { Bench, Subject } from '../subject';
import { measureConvexTest } from './convex-test';
import { describe } from '../statistics';
import { Deployment } from './deployment';
import { measureDisk } from './disk';
import { measureLiveUpdates } from './live-updates';
import { measureMemory } from './memory';
import { fill, measureMutations, measureQuery } from './requests';

/** Of the product's own table; what the targets are stated for. */
const documentsByDefault = 100_000;
const restarts = 5;

/** From an end without notice to the first answer, with all the data there. */
async function measureRestarts(deployment: Deployment): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < restarts; i += 1) {
    await deployment.started.kill();
    times.push(await deployment.boot());
    await deployment.call('query', 'watch', { n: i });
  }
  return Math.round(times.toSorted((a, b) => a - b)[Math.floor(restarts / 2)] ?? Number.NaN);
}

async function measure(bench: Bench): Promise<object> {
  const documents = bench.option('documents', documentsByDefault, 1_000_000);
  const deployment = await Deployment.start();
  try {
    const bulk = await fill(deployment, documents);
    bench.say(
      `  ${documents} people in bulk: ${bulk.perSecond}/s, ${bulk.cpuMsPerRow} ms CPU a row`,
    );
    await deployment.settle();
    const diskCommitsPerSecond = measureDisk();
    bench.say(`  the disk alone           ${diskCommitsPerSecond} commits/s, one at a time`);
    const mutations = await measureMutations(deployment);
    bench.say(
      `  mutations in sequence    ${mutations.sequential.perSecond}/s (target 700), ${mutations.sequential.cpuMs} ms CPU each`,
    );
    bench.say(
      `  mutations, 64 in flight  ${mutations.inFlight64.perSecond}/s (target 3000), ${mutations.inFlight64.cpuMs} ms CPU each`,
    );
    const query = await measureQuery(deployment);
    bench.say(`  indexed query of 20      ${describe(query.latency)} (target 1.5)`);
    const live = await measureLiveUpdates(deployment);
    bench.say(`  200 same subscriptions   median ${live.same.medianMs} ms (target 20)`);
    bench.say(`  200 distinct ones        median ${live.distinct.medianMs} ms`);
    const restartMs = await measureRestarts(deployment);
    bench.say(`  restart after SIGKILL    median ${restartMs} ms (target 1000)`);
    const oracle = await measureConvexTest(documents);
    bench.say(
      `  convex-test, in process: query of 20 ${oracle.queryMs} ms, mutation ${oracle.mutationMs} ms`,
    );
    return {
      documents,
      bulk,
      diskCommitsPerSecond,
      mutations,
      query,
      live,
      restartMs,
      convexTest: oracle,
    };
  } finally {
    await deployment.stop();
  }
}

export const runtime: Subject = {
  about: 'the local Convex over HTTP and WebSocket, beside convex-test (--documents N)',
  run: measure,
};

export const memory: Subject = {
  about: 'memory of the local Convex under load (--documents N --minutes N)',
  run: async (bench) => {
    const documents = bench.option('documents', documentsByDefault, 1_000_000);
    const deployment = await Deployment.start();
    try {
      await fill(deployment, documents);
      const figures = await measureMemory(deployment, bench.option('minutes', 1, 60));
      bench.say(`  ${figures.text}`);
      return { documents, ...figures };
    } finally {
      await deployment.stop();
    }
  },
};
