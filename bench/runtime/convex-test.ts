import { makeFunctionReference } from 'convex/server';
import { convexTest } from 'convex-test';
import schema from '../../convex/schema';
import { median } from '../statistics';

const samples = 7;
const rowsPerMutation = 1_000;
const insertMany = makeFunctionReference<'mutation', { from: number; count: number }, null>(
  'bench:insertMany',
);
const insertOne = makeFunctionReference<'mutation', { n: number }, null>('bench:insertOne');
const page = makeFunctionReference<'query', { from: string }, unknown[]>('bench:page');

/** Median ms of one call; this oracle takes too long for more than a few. */
async function timed(call: (i: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < samples; i += 1) {
    const startedAtMs = performance.now();
    await call(i);
    times.push(performance.now() - startedAtMs);
  }
  return Math.round(median(times) * 100) / 100;
}

/** The same functions and rows on the official in-memory mock: nothing durable, no network. */
export async function measureConvexTest(documents: number) {
  const modules = {
    './convex/bench.ts': () => import('./convex/bench'),
    // Tells it where the functions' folder is.
    './convex/_generated/server.js': () => import('../../convex/_generated/server.js'),
  };
  const t = convexTest(schema, modules);
  const startedAtMs = performance.now();
  for (let from = 0; from < documents; from += rowsPerMutation) {
    await t.mutation(insertMany, { from, count: Math.min(rowsPerMutation, documents - from) });
  }
  const fillPerSecond = Math.round((documents / (performance.now() - startedAtMs)) * 1000);
  const queryMs = await timed((i) => t.query(page, { from: `ada ${i}` }));
  const mutationMs = await timed((i) => t.mutation(insertOne, { n: 1_000_000_000 + i }));
  return { fillPerSecond, queryMs, mutationMs, mutationsPerSecond: Math.round(1000 / mutationMs) };
}
