import { createHash } from 'node:crypto';
import { at, FrontendClient } from '../tests/fixtures/clerk-frontend-client';
import type { World } from '../tests/support/stack-world';
import { describe, spread, type Spread } from './statistics';
import type { Subject } from './subject';

const warmUp = 5;

interface SignInReport {
  /** From the password to the token, over Clerk's Frontend API. */
  signIn: Spread;
  /** From the request of `/dashboard` to the last byte of its signed-in HTML. */
  firstHtml: Spread;
  /** Both together. */
  whole: Spread;
}

/** As clerk-js names its cookies: plain, and with a suffix made from the publishable key. */
function cookieHeader(world: World, session: string, browser: string): string {
  const key = world.env.CLERK_PUBLISHABLE_KEY ?? '';
  const suffix = createHash('sha1').update(key).digest('base64url').slice(0, 8);
  const values = {
    __session: session,
    __client_uat: String(Math.floor(Date.now() / 1000) - 1),
    __clerk_db_jwt: browser,
  };
  return Object.entries(values)
    .flatMap(([name, value]) => [`${name}=${value}`, `${name}_${suffix}=${value}`])
    .join('; ');
}

async function openSession(world: World, person: { email: string; password: string }) {
  const client = await new FrontendClient(world.clerkUrl, { validate: false }).open();
  const answer = await client.signIn(person.email, person.password);
  const sessionId = at(answer.body, 'response', 'created_session_id');
  if (typeof sessionId !== 'string') {
    throw new Error(`Sign-in of ${person.email} answered ${answer.status}`);
  }
  const token = await client.post(`/v1/client/sessions/${sessionId}/tokens`);
  const session = at(token.body, 'jwt');
  if (typeof session !== 'string') throw new Error(`No token: ${token.status}`);
  return cookieHeader(world, session, client.token ?? '');
}

async function firstHtml(world: World, cookie: string, proof: string): Promise<void> {
  const response = await fetch(`${world.webUrl}/dashboard`, {
    headers: { accept: 'text/html', cookie, 'sec-fetch-dest': 'document' },
    redirect: 'manual',
  });
  const html = await response.text();
  if (response.status !== 200 || !html.includes(proof)) {
    const where = response.headers.get('location') ?? '';
    throw new Error(`/dashboard answered ${response.status} ${where} without ${proof} in it`);
  }
}

/** Sign-in to first authenticated HTML, one person after the other as demo superadmin. */
async function measure(world: World, times: number): Promise<SignInReport> {
  const person = world.demo.find(({ role }) => role === 'superadmin');
  if (person === undefined) throw new Error('no demo superadmin');
  const user = await world.clerk.userByEmail(person.email);
  const proof = user.first_name ?? person.email;
  const [signInMs, htmlMs, wholeMs]: [number[], number[], number[]] = [[], [], []];
  for (let round = -warmUp; round < times; round += 1) {
    const startedAtMs = performance.now();
    const cookie = await openSession(world, person);
    const signedInAtMs = performance.now();
    await firstHtml(world, cookie, proof);
    const endedAtMs = performance.now();
    if (round < 0) continue;
    signInMs.push(signedInAtMs - startedAtMs);
    htmlMs.push(endedAtMs - signedInAtMs);
    wholeMs.push(endedAtMs - startedAtMs);
  }
  return { signIn: spread(signInMs), firstHtml: spread(htmlMs), whole: spread(wholeMs) };
}

export const signIn: Subject = {
  about: 'sign-in to first authenticated HTML (--sign-ins N)',
  run: async (bench) => {
    const report = await measure(await bench.stack(), bench.option('sign-ins', 100, 1_000));
    bench.say(`  sign-in (Frontend API)   ${describe(report.signIn)}`);
    bench.say(`  GET /dashboard           ${describe(report.firstHtml)}`);
    bench.say(`  both                     ${describe(report.whole)}`);
    return report;
  },
};
