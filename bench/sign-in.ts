import { HttpSession } from '../tests/support/http-session';
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
    const session = await HttpSession.open(world, person);
    const cookie = await session.cookie();
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
