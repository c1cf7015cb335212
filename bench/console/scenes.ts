import type { Page } from 'playwright-core';
import { makePerson } from '../../local/clerk/seed/people';
import { changeRoleInMenu } from '../../tests/support/rollcall-page';
import {
  firstRowMs,
  pageNow,
  readProbe,
  scrollThrough,
  setProbe,
  type Answer,
  type Question,
  type Scrolled,
} from './probe';

/*
 * What somebody does on the users page, each measured by the page's own clock: from what they did
 * to the change of the document that answers it.
 */

const searchField = 'Search by name or email';

async function measured(page: Page, question: Question, act: () => Promise<unknown>) {
  await page.evaluate(setProbe, question);
  await act();
  return await page.evaluate(readProbe);
}

const msOf = ({ asked, answered }: Answer) => answered - asked;

/** The whole list, live: clerk-js has a session and the page has taken over. */
export async function openUsers(page: Page, webUrl: string, query = ''): Promise<void> {
  await page.goto(`${webUrl}/admin/users${query}`);
  await isLive(page);
}

async function isLive(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    // clerk-js puts itself there.
    const { Clerk } = window as unknown as { Clerk?: { session?: object } };
    return Clerk?.session !== undefined;
  });
}

/** From the start of the navigation until rows are about to be painted. */
export async function coldLoads(page: Page, webUrl: string, times: number): Promise<number[]> {
  const eachMs: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await openUsers(page, webUrl);
    eachMs.push((await page.evaluate(firstRowMs)) ?? Number.NaN);
  }
  return eachMs;
}

/** From the click in the navigation; each from a dashboard that was loaded anew. */
export async function clientLoads(page: Page, webUrl: string, times: number): Promise<number[]> {
  const eachMs: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await page.goto(`${webUrl}/dashboard`);
    await isLive(page);
    const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', {
      name: 'Users',
      exact: true,
    });
    const answer = await measured(page, { event: 'click', sign: { kind: 'anyRow' } }, () =>
      link.click(),
    );
    eachMs.push(msOf(answer));
  }
  return eachMs;
}

export interface Term {
  kind: 'common' | 'twoWords' | 'rare' | 'noHit';
  text: string;
}

const commonNames = ['emma', 'omar', 'grace', 'ivan', 'nadia', 'noah', 'olga', 'priya', 'viktor'];
const commonSurnames = [
  'chen',
  'kim',
  'silva',
  'rossi',
  'patel',
  'walker',
  'torres',
  'zhang',
  'ito',
];
const shortest = ['em', 'ka', 'da', 'mi'];

/** Different ones, at least `count`; the rare ones are addresses of people whom every size has. */
export function searchTerms(count: number): Term[] {
  const each = Math.ceil(count / 4);
  const common = [...commonNames, ...commonSurnames, ...shortest].slice(0, Math.max(each, 10));
  const twoWords = commonNames.flatMap((name) =>
    commonSurnames.map((surname) => `${name} ${surname}`),
  );
  const rare = Array.from({ length: each }, (_, index) => {
    const { emails, primaryEmailId } = makePerson(index * 13, Date.now());
    return emails.find(({ id }) => id === primaryEmailId)?.emailAddress ?? '';
  });
  const noHit = Array.from({ length: each }, (_, index) => `xq${index}vw`);
  const named = (kind: Term['kind'], texts: string[]) => texts.map((text) => ({ kind, text }));
  return [
    ...named('common', common),
    ...named('twoWords', twoWords.filter((_, index) => index % 3 === 0).slice(0, each)),
    ...named('rare', rare),
    ...named('noHit', noHit),
  ];
}

export interface Searched extends Term {
  /** From the last key. */
  wholeMs: number;
  /** From asking for the list: without the wait for more keys. */
  askedMs: number;
}

/** Each term in place of the one before, typed as somebody in a hurry does; addresses are pasted. */
export async function searches(page: Page, terms: readonly Term[]): Promise<Searched[]> {
  const field = page.getByRole('searchbox', { name: searchField });
  const found: Searched[] = [];
  for (const term of terms) {
    const { kind, text } = term;
    // An address finds others, too, whose words begin alike.
    const sign = { kind: kind === 'rare' ? ('someRowSays' as const) : ('rowsSay' as const), text };
    const answer = await measured(page, { event: 'input', sign }, async () => {
      await field.selectText();
      if (kind === 'rare') await page.keyboard.insertText(text);
      else await page.keyboard.type(text, { delay: 60 });
    });
    const { asked, addressed = Number.NaN, answered } = answer;
    found.push({ ...term, wholeMs: answered - asked, askedMs: answered - addressed });
  }
  return found;
}

const orderings = [
  { column: 'created', header: 'Created', directions: ['descending', 'ascending'] },
  { column: 'lastSignIn', header: 'Last sign-in', directions: ['descending', 'ascending'] },
] as const;

const filters = [
  { label: 'Role', option: 'Admin', says: 'Admin' },
  { label: 'Role', option: 'Staff', says: 'Staff' },
  { label: 'Role', option: 'Superadmin', says: 'Superadmin' },
] as const;

/** Orders and filters, each asked for the first time since the page was loaded. */
export async function refinements(page: Page, webUrl: string, rounds: number): Promise<number[]> {
  const eachMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await openUsers(page, webUrl);
    for (const { column, header, directions } of orderings) {
      for (const direction of directions) {
        const sign = { kind: 'ordered', column, direction } as const;
        const head = page.getByRole('columnheader', { name: header });
        const act = () => head.getByRole('button').click();
        eachMs.push(msOf(await measured(page, { event: 'click', sign }, act)));
      }
    }
    await openUsers(page, webUrl);
    for (const { label, option, says } of filters) {
      const sign = { kind: 'filtered', column: label.toLowerCase(), text: says } as const;
      const act = () => page.getByRole('combobox', { name: label }).selectOption(option);
      eachMs.push(msOf(await measured(page, { event: 'change', sign }, act)));
    }
  }
  return eachMs;
}

/** The other end of the list: its last people, from the key that jumps there. */
export async function jumpsToEnd(page: Page, webUrl: string, times: number): Promise<number[]> {
  const eachMs: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await openUsers(page, webUrl);
    const sign = { kind: 'ordered', column: 'person', direction: 'descending' } as const;
    const act = () => page.keyboard.press('G');
    eachMs.push(msOf(await measured(page, { event: 'keydown', sign }, act)));
  }
  return eachMs;
}

export async function wholeScroll(
  page: Page,
  { webUrl, total, msMax }: { webUrl: string; total: number; msMax: number },
): Promise<Scrolled> {
  await openUsers(page, webUrl);
  return await page.evaluate(scrollThrough, { total, msMax });
}

/** How far a page's clock is behind this process's: of some tries the one that took least. */
async function clockOffsetMs(page: Page): Promise<number> {
  let best = { roundTripMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
  for (let round = 0; round < 20; round += 1) {
    const sent = performance.timeOrigin + performance.now();
    const theirs = await page.evaluate(pageNow);
    const roundTripMs = performance.timeOrigin + performance.now() - sent;
    if (roundTripMs < best.roundTripMs) {
      best = { roundTripMs, offsetMs: sent + roundTripMs / 2 - theirs };
    }
  }
  return best.offsetMs;
}

interface Person {
  name: string;
  email: string;
  role: string;
}

/** People in view, without the demo accounts and those whose row says more than the role. */
async function peopleInView(page: Page): Promise<Person[]> {
  const rows = await page.locator('main tbody tr[data-index]').evaluateAll((all) =>
    all.map((row) => {
      const person = row.querySelector('[data-column="person"]');
      return {
        name: person?.querySelector('a')?.textContent ?? '',
        email: person?.querySelector('a + span')?.textContent ?? '',
        role: row.querySelector('[data-column="role"]')?.textContent ?? '',
      };
    }),
  );
  const plain = ({ role }: Person) => role === 'Staff' || role === 'Admin';
  return rows.filter((one) => plain(one) && !one.email.endsWith('@rollcall.test')).slice(0, 8);
}

/**
 * A role changed by one person as another sees it, in a page of their own: from the click that
 * confirms to the badge in the other's row.
 */
export async function roleChanges(
  { actor, watcher, webUrl }: { actor: Page; watcher: Page; webUrl: string },
  times: number,
): Promise<number[]> {
  await Promise.all([openUsers(actor, webUrl), openUsers(watcher, webUrl)]);
  const people = await peopleInView(watcher);
  if (people.length === 0) throw new Error('nobody in view whose role could be changed');
  const offsetMs = (await clockOffsetMs(watcher)) - (await clockOffsetMs(actor));
  const eachMs: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const person = people[round % people.length];
    if (person === undefined) continue;
    const role = person.role === 'Staff' ? 'Admin' : 'Staff';
    const sign = { kind: 'rowOfSays', person: person.email, text: role } as const;
    await watcher.evaluate(setProbe, { event: 'none' as const, sign });
    const own = await measured(actor, { event: 'click', sign }, () =>
      changeRoleInMenu(actor, person, role),
    );
    const seen = await watcher.evaluate(readProbe);
    eachMs.push(seen.answered + offsetMs - own.asked);
    person.role = role;
    await actor.getByRole('alertdialog').waitFor({ state: 'detached' });
  }
  return eachMs;
}
