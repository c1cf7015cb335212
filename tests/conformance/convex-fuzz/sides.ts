import { convexTest } from 'convex-test';
import { makeFunctionReference } from 'convex/server';
import { convexToJson, jsonToConvex, type Value } from 'convex/values';
import type { Json, JsonObject } from '../../../local/convex/engine/contract';
import { collect, fullScan } from '../../../local/convex/store/test-store';
import type { Known, Op, Ran } from '../../fixtures/convex-fuzz/convex/program';
import type { OpenedPush } from '../../support/convex-engine';
import type { Program, Step } from './programs';

/** One way to run a program: what each step gave, then every table at the end. */
export type Side = (program: Program) => Promise<string[]>;

type Call = (step: Step, known: Known) => Promise<Ran | { failed: true; data?: Value }>;

const everything = ({ own, keep }: Program): Step => {
  const all = (plan: Program['own']) =>
    plan.json.tables.map(({ tableName: name }): Op => ({
      op: 'read',
      query: { table: name, filters: [] },
      how: 'collect',
    }));
  return {
    kind: 'query',
    body: [
      ...all(own),
      { op: 'jobs' },
      { op: 'call', kind: 'query', to: 'keep', body: [...all(keep), { op: 'jobs' }] },
    ],
  };
};

async function run(program: Program, call: Call): Promise<string[]> {
  const known: Known = { ids: {}, cursors: {} };
  const results: string[] = [];
  for (const step of [...program.steps, everything(program)]) {
    const ran = await call(step, structuredClone(known));
    if ('failed' in ran) {
      const told = ran.data as { ids?: Known['ids'] } | undefined;
      Object.assign(known.ids, told?.ids);
      results.push(comparable(told ?? 'failed', known));
      continue;
    }
    Object.assign(known.ids, ran.ids);
    Object.assign(known.cursors, ran.cursors);
    results.push(comparable(ran.trace, known));
  }
  return results;
}

/** Of a document whose number the program lost: a failed call tells nothing of what went before. */
const unknownId = /^(?:[0-9a-z]{31,37}|\d{20,}[tk]\d)$/;

/** Text in which ids read as the program's numbers; times differ by nature. */
function comparable(value: Value, { ids }: Known): string {
  const numbers = new Map(Object.entries(ids).map(([number, id]) => [id, number]));
  const walk = (json: Json): Json => {
    if (typeof json === 'string') {
      const number = numbers.get(json);
      return number === undefined ? json.replace(unknownId, 'an id') : `@${number}`;
    }
    if (typeof json !== 'object' || json === null) return json;
    if (Array.isArray(json)) return json.map(walk);
    const entries = Object.entries(json).filter(
      ([key]) => key !== '_creationTime' && key !== 'ids',
    );
    return Object.fromEntries(
      entries
        .map(([key, inner]): [string, Json] => [key, walk(inner)])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  };
  return JSON.stringify(walk(convexToJson(value) as Json));
}

/** Ids of the functions that the scheduler would run, and of those that documents say are pending. */
async function scheduled({ engine, store }: OpenedPush) {
  const queued = engine.jobs.due(Infinity, Infinity).map(({ id }) => id);
  const { value: pending } = await store.read((tx) =>
    ['', 'keep'].flatMap((namespace) =>
      collect(tx.namespace(namespace), fullScan('_scheduled_functions', null))
        .map((json) => json as { _id: string; state: { kind: string } })
        .flatMap(({ _id, state }) => (state.kind === 'pending' ? [_id] : [])),
    ),
  );
  return { queued, pending };
}

export function runtimeSide(pushed: OpenedPush): Side {
  const { engine, reset } = pushed;
  return async (program) => {
    await reset({ '': program.own.json, keep: program.keep.json });
    const before = new Set((await scheduled(pushed)).queued);
    const results = await run(program, async ({ kind, body }, known) => {
      const call = {
        path: { query: 'run:read', mutation: 'run:write', action: 'run:act' }[kind],
        args: convexToJson({ body, known } as unknown as Value) as JsonObject,
        identity: { kind: 'none' } as const,
        requestId: 'fuzz',
      };
      const result = await (kind === 'query'
        ? engine.runQuery(call).then((outcome) => outcome.result)
        : kind === 'mutation'
          ? engine.runMutation(call).then((outcome) => outcome.result)
          : engine.runAction(call));
      if (result.kind === 'success') return jsonToConvex(result.value) as unknown as Ran;
      if (process.env['FUZZ_DEBUG']) console.info('runtime:', result.errorMessage);
      const { errorData } = result;
      return {
        failed: true,
        ...(errorData === undefined ? {} : { data: jsonToConvex(errorData) }),
      };
    });
    const { queued, pending } = await scheduled(pushed);
    const added = queued.filter((id) => !before.has(id));
    // What was rolled back or cancelled must not run, and what stayed must.
    const isAlike = added.length === pending.length && added.every((id) => pending.includes(id));
    return isAlike ? results : [...results.slice(0, -1), 'the queue differs from the documents'];
  };
}

const modules = {
  '/convex/_generated/api.js': async () => ({}),
  '/convex/run.ts': () => import('../../fixtures/convex-fuzz/convex/run'),
};
const keepModules = {
  '/convex/_generated/api.js': async () => ({}),
  '/convex/run.ts': () => import('../../fixtures/convex-fuzz/convex/keep/run'),
};

export const oracleSide: Side = async (program) => {
  const mock = convexTest(program.own.definition, modules);
  mock.registerComponent('keep', program.keep.definition, keepModules);
  return run(program, async ({ kind, body }, known) => {
    const args = { body, known };
    try {
      const ran: unknown = await (kind === 'query'
        ? mock.query(makeFunctionReference<'query'>('run:read'), args)
        : kind === 'mutation'
          ? mock.mutation(makeFunctionReference<'mutation'>('run:write'), args)
          : mock.action(makeFunctionReference<'action'>('run:act'), args));
      return ran as Ran;
    } catch (error) {
      if (process.env['FUZZ_DEBUG']) console.info('convex-test:', String(error));
      const { data } = error as { data?: Value | string };
      if (data === undefined) return { failed: true };
      // The mock hands the data on as the function serialised it.
      return {
        failed: true,
        data: typeof data === 'string' ? jsonToConvex(JSON.parse(data)) : data,
      };
    }
  });
};
