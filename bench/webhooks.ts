import { ClerkEvents, deliver } from './clerk-events';
import type { World } from '../tests/support/stack-world';
import { describe, drive, median, spread, type Spread } from './statistics';
import { measureIngest } from './ingest';
import type { Subject } from './subject';

/** Requests under way at once: what Svix sends to a small endpoint in a burst. */
const inFlight = 16;
/** Two rounds each, alternating, so that both addresses meet the same store size and machine. */
const rounds = 3;
const warmUp = 200;

interface WebhookResult {
  address: string;
  /** Median over the rounds; each event was answered 200 after its commit was durable. */
  eventsPerSecond: number;
  latency: Spread;
}

interface WebhooksReport {
  inFlight: number;
  eventsPerRound: number;
  web: WebhookResult;
  convex: WebhookResult;
  /** Events per second through the web app over those straight to Convex. */
  ratio: number;
}

async function peopleInConvex(world: World): Promise<number> {
  const response = await fetch(`${world.convexUrl}/api/query`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Convex ${world.env.CONVEX_SELF_HOSTED_ADMIN_KEY}`,
    },
    body: JSON.stringify({ path: 'admin:status', args: {}, format: 'json' }),
  });
  const body = (await response.json()) as { value: { counts: { total: number } } };
  return body.value.counts.total;
}

/** Signed webhooks per second until durable, through the web app and straight to Convex. */
async function measure(world: World, eventsPerRound: number): Promise<WebhooksReport> {
  const template = await world.clerk.userByEmail('staff@rollcall.test');
  const secret = (world.env.CLERK_WEBHOOK_SECRET ?? '').split(' ')[0] ?? '';
  const events = new ClerkEvents({ ...template }, secret, world.env.CLERK_INSTANCE_ID ?? '');
  const addresses = {
    web: `${world.webUrl}/api/webhooks/clerk`,
    convex: `${world.convexSiteUrl}/clerk-users-webhook`,
  };
  const before = await peopleInConvex(world);
  const measured = {
    web: { rates: [] as number[], eachMs: [] as number[] },
    convex: { rates: [] as number[], eachMs: [] as number[] },
  };
  for (const name of ['web', 'convex'] as const) {
    await drive(warmUp, inFlight, () => deliver(addresses[name], events.next()));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['web', 'convex'] as const) {
      const run = await drive(eventsPerRound, inFlight, () =>
        deliver(addresses[name], events.next()),
      );
      measured[name].rates.push((eventsPerRound / run.totalMs) * 1000);
      measured[name].eachMs.push(...run.eachMs);
    }
  }
  const rows = (await peopleInConvex(world)) - before;
  if (rows !== events.people) {
    throw new Error(`${events.people} people were announced, ${rows} rows were made`);
  }
  const result = (name: 'web' | 'convex'): WebhookResult => ({
    address: new URL(addresses[name]).pathname,
    eventsPerSecond: Math.round(median(measured[name].rates)),
    latency: spread(measured[name].eachMs),
  });
  const [web, convex] = [result('web'), result('convex')];
  const ratio = Math.round((web.eventsPerSecond / convex.eventsPerSecond) * 100) / 100;
  return { inFlight, eventsPerRound, web, convex, ratio };
}

export const webhooks: Subject = {
  about:
    'signed webhooks until durable, by each way and beside a plain handler (--events N --users N)',
  run: async (bench) => {
    const report = await measure(await bench.stack(), bench.option('events', 2_000, 20_000));
    for (const { address, eventsPerSecond, latency } of [report.web, report.convex]) {
      bench.say(`  ${address.padEnd(24)} ${eventsPerSecond}/s, ${describe(latency)}`);
    }
    bench.say(`  web app over Convex      ${report.ratio}`);
    return { ...report, ingest: await measureIngest(bench) };
  },
};
