import type { Page } from 'playwright-core';
import { launchBrowser, type TestBrowser } from '../tests/support/browser';
import { signInAs } from '../tests/support/sign-in';
import { startStack, type World } from '../tests/support/stack-world';
import { watchFirstRow, type Scrolled } from './console/probe';
import {
  clientLoads,
  coldLoads,
  jumpsToEnd,
  openUsers,
  refinements,
  roleChanges,
  searches,
  searchTerms,
  wholeScroll,
  type Searched,
} from './console/scenes';
import { spread, type Spread } from './statistics';
import type { Bench, Subject } from './subject';

const password = 'rollcall-demo';
/** The demo accounts. */
const alwaysThere = 3;

const timed = [
  'coldLoad',
  'clientLoad',
  'search',
  'searchAsked',
  'refine',
  'toTheEnd',
  'live',
] as const;
type Timed = (typeof timed)[number];

const about: Record<Timed, string> = {
  coldLoad: 'first row, page load',
  clientLoad: 'first row, from the dashboard',
  search: 'search, from the last key',
  searchAsked: 'search, from asking',
  refine: 'sort or filter',
  toTheEnd: 'the end of the list',
  live: "role change in another's page",
};

interface Figures extends Record<Timed, Spread> {
  people: number;
  /** From an empty folder to everybody listed: start of all parts and the first full sync. */
  seededMs: number;
  searchByKind: Record<Searched['kind'], Spread>;
  scroll: Scrolled;
}

async function callConvex<T>(world: World, name: string): Promise<T> {
  const response = await fetch(`${world.convexUrl}/api/query`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Convex ${world.env.CONVEX_SELF_HOSTED_ADMIN_KEY}`,
    },
    body: JSON.stringify({ path: name, args: {}, format: 'json' }),
  });
  // The shapes are the functions' own, whose tests hold them to it.
  return ((await response.json()) as { value: T }).value;
}

/** Until the first synchronisation, which the start begins, has brought everybody. */
async function everybodyThere(world: World, people: number): Promise<void> {
  for (;;) {
    const { counts } = await callConvex<{ counts: { total: number } }>(world, 'admin:status');
    const { running } = await callConvex<{ running: object | null }>(world, 'adminSync:status');
    if (counts.total === people + alwaysThere && running === null) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function signedIn(browser: TestBrowser, world: World, role: string): Promise<Page> {
  const email = world.demo.find((one) => one.role === role)?.email ?? '';
  // Wide enough for every column.
  const page = await browser.newPage({ width: 1440, height: 900 });
  // The TypeScript runner names functions with a helper that the page does not have.
  await page.addInitScript('globalThis.__name ??= (named) => named');
  await page.addInitScript(watchFirstRow);
  await signInAs(page, world.webUrl, { email, password });
  return page;
}

async function measureIn(
  world: World,
  { bench, people }: { bench: Bench; people: number },
): Promise<Omit<Figures, 'people' | 'seededMs'>> {
  const times = bench.option('times', 25, 100);
  const terms = searchTerms(bench.option('terms', 64, 300));
  const msMax = bench.option('scroll-seconds', 300, 3_600) * 1_000;
  const { webUrl } = world;
  const browser = await launchBrowser();
  try {
    const page = await signedIn(browser, world, 'superadmin');
    const watcher = await signedIn(browser, world, 'admin');
    await coldLoads(page, webUrl, 2);
    const coldLoad = spread(await coldLoads(page, webUrl, times));
    const clientLoad = spread(await clientLoads(page, webUrl, times));
    await openUsers(page, webUrl);
    const found = await searches(page, terms);
    const searchOf = (kind: Searched['kind']) =>
      spread(found.filter((one) => one.kind === kind).map(({ askedMs }) => askedMs));
    const refine = spread(await refinements(page, webUrl, Math.ceil(times / 4)));
    const toTheEnd = spread(await jumpsToEnd(page, webUrl, times));
    const live = spread(await roleChanges({ actor: page, watcher, webUrl }, 2 * times));
    const scroll = await wholeScroll(page, { webUrl, total: people + alwaysThere, msMax });
    return {
      coldLoad,
      clientLoad,
      search: spread(found.map(({ wholeMs }) => wholeMs)),
      searchAsked: spread(found.map(({ askedMs }) => askedMs)),
      searchByKind: {
        common: searchOf('common'),
        twoWords: searchOf('twoWords'),
        rare: searchOf('rare'),
        noHit: searchOf('noHit'),
      },
      refine,
      toTheEnd,
      live,
      scroll,
    };
  } finally {
    await browser.close();
  }
}

async function measureWith(people: number, bench: Bench): Promise<Figures> {
  const startedAtMs = performance.now();
  const world = await startStack({ users: people });
  try {
    await everybodyThere(world, people);
    const seededMs = Math.round(performance.now() - startedAtMs);
    bench.say(`  ${people} people: there after ${(seededMs / 1_000).toFixed(1)} s`);
    const figures = { people, seededMs, ...(await measureIn(world, { bench, people })) };
    for (const name of timed) bench.say(`    ${lineOf(name, figures[name])}`);
    const { rows, reachedEnd, tookMs, elementsMax } = figures.scroll;
    bench.say(
      `    scrolled through ${rows} rows in ${(tookMs / 1_000).toFixed(1)} s${reachedEnd ? ', to the end' : ', time was up'}; at most ${elementsMax} elements`,
    );
    return figures;
  } finally {
    await world.stop();
  }
}

function lineOf(name: Timed, { medianMs, p95Ms, samples }: Spread): string {
  return `${about[name].padEnd(30)} median ${medianMs.toFixed(0)} ms, p95 ${p95Ms.toFixed(0)} ms (${samples})`;
}

/** How much longer the 95th percentile takes with many. */
function ratios(few: Figures, many: Figures): Record<string, number> {
  return Object.fromEntries(
    timed.map((name) => [name, Math.round((many[name].p95Ms / few[name].p95Ms) * 100) / 100]),
  );
}

async function measure(bench: Bench): Promise<object> {
  const few = await measureWith(1_000, bench);
  const many = await measureWith(bench.option('people', 100_000, 200_000), bench);
  const ratioOfP95 = ratios(few, many);
  bench.say(`  p95 with ${many.people} people by p95 with ${few.people} (wanted: at most 1.5)`);
  for (const [name, ratio] of Object.entries(ratioOfP95)) bench.say(`    ${name}: ${ratio}`);
  return { figures: [few, many], ratioOfP95 };
}

export const console: Subject = {
  about:
    'the users page in Chromium, with few and with many people (--people N --terms N --times N)',
  run: measure,
};
