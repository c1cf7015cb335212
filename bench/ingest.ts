import { fileURLToPath } from 'node:url';
import { ClerkEvents, deliver } from './clerk-events';
import { Deployment } from './runtime/deployment';
import { cpuMsOf } from './runtime/processor-time';
import { fill } from './runtime/requests';
import { describe, drive, median, spread, type Spread } from './statistics';
import type { Bench } from './subject';

/** Requests under way at once, as in the measurement through the web app. */
const inFlight = 16;
const rounds = 3;
const warmUp = 200;
/** People there are already; the last is the default of `--users`. */
const sizes = [1_000, 10_000, 100_000];

const secret = `whsec_${btoa('the signing secret of a benchmark')}`;
const instanceId = 'ins_bench';
const plainApp = fileURLToPath(new URL('plain', import.meta.url));

/** A person as Clerk sends them, without what a handler does not look at. */
const template = {
  object: 'user',
  id: '',
  image_url: 'https://img.clerk.com/bench',
  primary_email_address_id: 'idn_1',
  email_addresses: [
    {
      id: 'idn_1',
      object: 'email_address',
      email_address: 'somebody@bench.test',
      verification: { status: 'verified', strategy: 'email_code' },
    },
  ],
  unsafe_metadata: {},
  banned: false,
  last_sign_in_at: null,
};

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

/**
 * Signed webhooks until durable: the product's receipt, merge, counts and audit chain beside the
 * handler of the guides (verify, upsert), each alone in a process of the same runtime, in turn.
 */
export async function measureIngest(bench: Bench): Promise<Compared[]> {
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
    const stream = new ClerkEvents(template, secret, instanceId);
    const report: Compared[] = [];
    let there = 0;
    for (const users of sizes.filter((size) => size <= usersMax)) {
      for (const each of [product, plain]) await fill(each, users - there, there);
      there = users;
      const compared = await compare({ product, plain }, { stream, events, users });
      report.push(compared);
      bench.say(`  among ${users} people: ${text(compared)}`);
    }
    return report;
  } finally {
    await product.stop();
    await plain.stop();
  }
}

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
  const over = (a: number, b: number) => Math.round((a / b) * 100) / 100;
  return {
    users,
    product,
    plain,
    throughput: over(product.perSecond, plain.perSecond),
    p99: over(product.latency.p99Ms, plain.latency.p99Ms),
  };
}
