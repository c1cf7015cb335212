import { readFileSync } from 'node:fs';
import { parseClerkUser } from '../convex/model/clerkUser';
import { TwoServers } from '../tests/support/two-servers';
import { median } from './statistics';
import type { Bench, Subject } from './subject';

interface Run {
  _id: string;
  status: string;
  startedAt: number;
  finishedAt?: number;
  requests: number;
  limited: number;
  tallies: { users: { seen: number; added: number; unchanged: number } };
}

interface Figures {
  people: number;
  /** From the first moment of a new deployment, whose schedule begins the run, among all its crons. */
  firstMs: number;
  unchangedMs: number;
  requests: number;
  limited: number;
  /** Resident memory of the Convex process before the first run and after the second. */
  memoryMiB: { before: number; after: number };
  /** Processor time of the Convex process, which another load on the machine does not change much. */
  cpuS: { first: number; unchanged: number };
  guide?: Guide;
}

/** Medians of `pairs` measurements of each, taken in turns. */
interface Beside {
  ownMs: number;
  guideMs: number;
  /** How many times as fast, in each pair. */
  ratios: number[];
}

/** Both algorithms under the same conditions: two servers each, which have come to rest. */
interface Guide {
  /** A new deployment, its first work. */
  cold: Beside;
  /** As many people more, where the same process has synchronised `warmUpPeople` before. */
  warm: Beside;
  unchangedMs: number;
}

/** The disk, which the guide's algorithm waits for, is another one from minute to minute. */
const pairs = 3;

/** The run's own row says how long it took; whoever asks for it takes time from it. */
const pollMs = 500;
/** Some seconds of work for the guide's algorithm, half a second for ours. */
const warmUpPeople = 1_000;

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function memoryMiB(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** User and system time of all threads. */
function cpuS(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // In ticks of a hundredth, as Linux counts them on every usual machine.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function ended(servers: TwoServers, runId: string): Promise<Run> {
  const run = await until(async () => {
    const found = await servers.call<Run>('query', 'adminSync:run', { runId });
    return found.finishedAt === undefined ? undefined : found;
  });
  if (run.status !== 'completed') throw new Error(`the run ended as ${run.status}`);
  return run;
}

/** The first run is the one that a new deployment's schedule begins. */
async function measureSync(people: number): Promise<Figures> {
  const servers = await TwoServers.start({ users: people });
  try {
    const { pid } = servers.convex.child;
    const before = memoryMiB(pid);
    const cpuAtStart = cpuS(pid);
    const begun = await until(async () => {
      const { last } = await servers.call<{ last: Run | null }>('query', 'adminSync:status', {});
      return last ?? undefined;
    });
    const first = await ended(servers, begun._id);
    const cpuBetween = cpuS(pid);
    const again = await servers.call<string>('mutation', 'adminSync:start', { mode: 'apply' });
    const second = await ended(servers, again);
    const { added, seen } = first.tallies.users;
    if (added !== seen || second.tallies.users.unchanged !== seen || seen < people) {
      throw new Error(`${added} added of ${seen}, ${second.tallies.users.unchanged} unchanged`);
    }
    return {
      people,
      firstMs: tookMs(first),
      unchangedMs: tookMs(second),
      requests: first.requests + second.requests,
      limited: first.limited + second.limited,
      memoryMiB: { before, after: memoryMiB(pid) },
      cpuS: { first: round(cpuBetween - cpuAtStart), unchanged: round(cpuS(pid) - cpuBetween) },
    };
  } finally {
    await servers.stop();
  }
}

async function setKey({ convex, ready }: TwoServers): Promise<void> {
  const response = await fetch(`${convex.ready.url}/api/v1/update_environment_variables`, {
    method: 'POST',
    headers: {
      authorization: `Convex ${convex.ready.adminKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ changes: [{ name: 'CLERK_SECRET_KEY', value: ready.secretKey }] }),
  });
  if (!response.ok) throw new Error(`the key was not set (${response.status})`);
}

/** Unless a cron was first, as it may be when the minute has turned since there is a key. */
async function startedByHand(servers: TwoServers): Promise<Run> {
  await servers.call('mutation', 'adminSync:start', { mode: 'apply' }).catch(() => undefined);
  const { last } = await servers.call<{ last: Run | null }>('query', 'adminSync:status', {});
  if (last === null) throw new Error('no run was started');
  return await ended(servers, last._id);
}

/** The schedule of a deployment without a key leaves the people alone. */
async function atRest<T>(users: number, work: (servers: TwoServers) => Promise<T>): Promise<T> {
  const servers = await TwoServers.start({ users, withoutKey: true });
  try {
    return await work(servers);
  } finally {
    await servers.stop();
  }
}

function measureCold(people: number): Promise<number> {
  return atRest(people, async (servers) => {
    await setKey(servers);
    return tookMs(await startedByHand(servers));
  });
}

function measureWarm(people: number): Promise<number> {
  return atRest(warmUpPeople, async (servers) => {
    await setKey(servers);
    await startedByHand(servers);
    await servers.clerk.local('POST', '/seed', { users: people });
    const run = await startedByHand(servers);
    if (run.tallies.users.added !== people) throw new Error('not everybody was added');
    return tookMs(run);
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function tookMs({ startedAt, finishedAt = Number.NaN }: Run): number {
  return finishedAt - startedAt;
}

/** Guide A: 100 a page, page after page, one awaited mutation per person. */
async function guideA(servers: TwoServers): Promise<number> {
  const startedAt = performance.now();
  for (let offset = 0; ; offset += 100) {
    const page = await servers.clerk.backend<unknown[]>(
      'GET',
      `/users?limit=100&offset=${offset}&order_by=created_at`,
    );
    if (page.length === 0) return Math.round(performance.now() - startedAt);
    for (const raw of page) {
      const read = parseClerkUser(raw);
      if (read.ok) await servers.call('mutation', 'users:upsertFromClerk', { user: read.user });
    }
  }
}

function measureColdGuide(people: number) {
  return atRest(people, async (servers) => ({
    firstMs: await guideA(servers),
    unchangedMs: await guideA(servers),
  }));
}

function measureWarmGuide(people: number): Promise<number> {
  return atRest(warmUpPeople, async (servers) => {
    await guideA(servers);
    await servers.clerk.local('POST', '/seed', { users: people });
    return await guideA(servers);
  });
}

async function inPairs(own: () => Promise<number>, guide: () => Promise<number>): Promise<Beside> {
  const measured: { ownMs: number; guideMs: number }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const guideMs = await guide();
    measured.push({ ownMs: await own(), guideMs });
  }
  return {
    ownMs: median(measured.map(({ ownMs }) => ownMs)),
    guideMs: median(measured.map(({ guideMs }) => guideMs)),
    ratios: measured.map(({ ownMs, guideMs }) => round(guideMs / ownMs)),
  };
}

async function measureGuide(people: number): Promise<Guide> {
  const unchangedMs: number[] = [];
  const coldGuide = async () => {
    const measured = await measureColdGuide(people);
    unchangedMs.push(measured.unchangedMs);
    return measured.firstMs;
  };
  return {
    cold: await inPairs(() => measureCold(people), coldGuide),
    warm: await inPairs(
      () => measureWarm(people),
      () => measureWarmGuide(people),
    ),
    unchangedMs: median(unchangedMs),
  };
}

async function measure(bench: Bench): Promise<object> {
  const largest = bench.option('people', 10_000, 100_000);
  const guideMax = bench.option('guide', 10_000, 100_000);
  const sizes = [1_000, 10_000, 100_000].filter((size) => size <= largest);
  const figures: Figures[] = [];
  for (const people of sizes) {
    const own = await measureSync(people);
    const guide = people <= guideMax ? await measureGuide(people) : undefined;
    figures.push({ ...own, guide });
    bench.say(
      `  ${people} people: first ${own.firstMs} ms, unchanged ${own.unchangedMs} ms, ${own.limited} of ${own.requests} requests limited, memory ${own.memoryMiB.before} -> ${own.memoryMiB.after} MiB, processor ${own.cpuS.first} + ${own.cpuS.unchanged} s`,
    );
    if (guide === undefined) continue;
    const beside = ({ ownMs, guideMs, ratios }: Beside) =>
      `${ownMs} ms, guide A ${guideMs} ms (${ratios.join(', ')} x)`;
    const { cold, warm, unchangedMs } = guide;
    bench.say(
      `    at rest and cold ${beside(cold)}, warm ${beside(warm)}, guide A unchanged ${unchangedMs} ms`,
    );
  }
  return { figures };
}

export const sync: Subject = {
  about: 'full synchronisations beside the algorithm of guide A (--people N --guide N)',
  run: measure,
};
