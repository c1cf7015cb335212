import { fileURLToPath } from 'node:url';
import { ClerkEvents, deliver } from './clerk-events';
import { clerkPerson } from './clerk-person';
import { Deployment } from './runtime/deployment';
import { cpuMsOf } from './runtime/processor-time';
import { fill } from './runtime/requests';
import { describe, drive, median, spread, type Spread } from './statistics';
import type { Bench } from './subject';

/** Requests under way at once, as in the measurement through the web app. */
const inFlight = 16;
const rounds = 3;
/** Until both run as compiled code: the product is the larger program and would pay for it longer. */
const warmUp = 2_000;
/** People written between two lines of output. */
const fillPart = 25_000;
/** People there are already; the last is the default of `--users`. */
const sizes = [1_000, 10_000, 100_000];

const secret = `whsec_${btoa('the signing secret of a benchmark')}`;
const instanceId = 'ins_bench';
const plainApp = fileURLToPath(new URL('plain', import.meta.url));

interface Ingest {
  perSecond: number;
  latency: Spread;
  /** Processor time of the deployment for one event: hardly depends on what else the machine does. */
  cpuMs: number;
}

interface Compared {
  /** People who were there before. */
  users: number;
  product: Ingest;
  plain: Ingest;
  /** Throughput of the product over that of the plain handler; at least 0.5 is wanted. */
  throughput: number;
  /** p99 of the product over that of the plain handler; less than 3 is wanted. */
  p99: number;
}

/** What became of an address from the smallest to the largest number of people; 1 is flat. */
interface Flatness {
  fromUsers: number;
  toUsers: number;
  /** Throughput among many over that among few; for the plain handler too, as the runtime's share. */
  throughput: { product: number; plain: number };
  p99: { product: number; plain: number };
  cpuMs: { product: number; plain: number };
}

export interface IngestReport {
  sizes: Compared[];
  /** Absent when only one size was measured. */
  flatness?: Flatness;
}

/**
 * Signed webhooks until durable: the product's receipt, merge, counts and audit chain beside the
 * handler of the guides (verify, upsert), each alone in a process of the same runtime, in turn.
 */
export async function measureIngest(bench: Bench): Promise<IngestReport> {
  const events = bench.option('events', 2_000, 20_000);
  const usersMax = bench.option('users', 100_000, 1_000_000);
  const env = {
    CLERK_WEBHOOK_SECRET: secret,
    CLERK_SECRET_KEY: 'sk_test_bench',
    CLERK_API_URL: 'http://127.0.0.1:9',
    CLERK_INSTANCE_ID: instanceId,
    LOG_LEVEL: 'ERROR',
  };
  const product = await Deployment.start({ env });
  const plain = await Deployment.start({ appDir: plainApp, env });
  try {
    const stream = new ClerkEvents(clerkPerson, secret, instanceId);
    const report: Compared[] = [];
    let there = 0;
    for (const users of sizes.filter((size) => size <= usersMax)) {
      for (const each of [product, plain])
        await fillLoudly(bench, each, { from: there, to: users });
      there = users;
      const compared = await compare({ product, plain }, { stream, events, users });
      report.push(compared);
      bench.say(`  among ${users} people: ${text(compared)}`);
    }
    const flatness = flatnessOf(report);
    if (flatness) bench.say(`  ${flatText(flatness)}`);
    return { sizes: report, ...(flatness && { flatness }) };
  } finally {
    await product.stop();
    await plain.stop();
  }
}

/** In parts, so that whoever waits sees that it goes on. */
async function fillLoudly(
  bench: Bench,
  deployment: Deployment,
  { from, to }: { from: number; to: number },
): Promise<void> {
  for (let there = from; there < to; there += fillPart) {
    const { perSecond } = await fill(deployment, Math.min(fillPart, to - there), there);
    if (to - from > fillPart) bench.say(`  ... ${there + fillPart} of ${to}, ${perSecond}/s`);
  }
}

function flatnessOf(report: readonly Compared[]): Flatness | undefined {
  const [few, many] = [report[0], report.at(-1)];
  if (few === undefined || many === undefined || few === many) return undefined;
  const both = (of: (ingest: Ingest) => number) => ({
    product: over(of(many.product), of(few.product)),
    plain: over(of(many.plain), of(few.plain)),
  });
  return {
    fromUsers: few.users,
    toUsers: many.users,
    throughput: both(({ perSecond }) => perSecond),
    p99: both(({ latency }) => latency.p99Ms),
    cpuMs: both(({ cpuMs }) => cpuMs),
  };
}

function flatText({ fromUsers, toUsers, throughput, p99, cpuMs }: Flatness): string {
  const of = ({ product, plain }: { product: number; plain: number }) =>
    `x ${product} (plain x ${plain})`;
  return `${toUsers} people over ${fromUsers}: throughput ${of(throughput)}, p99 ${of(p99)}, CPU ${of(cpuMs)}; flat is 1`;
}

const over = (a: number, b: number) => Math.round((a / b) * 100) / 100;

function text({ product, plain, throughput, p99 }: Compared): string {
  const of = ({ perSecond, latency, cpuMs }: Ingest) =>
    `${perSecond}/s, ${describe(latency)}, ${cpuMs} ms CPU`;
  return `${of(product)}; plain ${of(plain)}; throughput x ${throughput} (0.5), p99 x ${p99} (3)`;
}

async function compare(
  deployments: { product: Deployment; plain: Deployment },
  { stream, events, users }: { stream: ClerkEvents; events: number; users: number },
): Promise<Compared> {
  const measured = {
    product: { rates: [] as number[], eachMs: [] as number[], cpuMs: [] as number[] },
    plain: { rates: [] as number[], eachMs: [] as number[], cpuMs: [] as number[] },
  };
  const send = async (name: 'product' | 'plain', count: number) => {
    const url = `${deployments[name].started.ready.siteUrl}/clerk-users-webhook`;
    return await drive(count, inFlight, () => deliver(url, stream.next()));
  };
  for (const name of ['product', 'plain'] as const) await send(name, warmUp);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['product', 'plain'] as const) {
      const cpuBeforeMs = cpuMsOf(deployments[name].pid);
      const run = await send(name, events);
      measured[name].cpuMs.push((cpuMsOf(deployments[name].pid) - cpuBeforeMs) / events);
      measured[name].rates.push((events / run.totalMs) * 1_000);
      measured[name].eachMs.push(...run.eachMs);
    }
  }
  const result = (name: 'product' | 'plain'): Ingest => ({
    perSecond: Math.round(median(measured[name].rates)),
    latency: spread(measured[name].eachMs),
    cpuMs: Math.round(median(measured[name].cpuMs) * 100) / 100,
  });
  const [product, plain] = [result('product'), result('plain')];
  return {
    users,
    product,
    plain,
    throughput: over(product.perSecond, plain.perSecond),
    p99: over(product.latency.p99Ms, plain.latency.p99Ms),
  };
}
