import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasClerkOpenApi, withoutClerkOpenApi } from '../support/clerk-openapi';
import { createLocalClerkWorld, type LocalClerkWorld } from '../support/local-clerk-world';

const people = 300;

interface ListedUser {
  id: string;
  first_name: string | null;
  created_at: number;
  [field: string]: unknown;
}

describe('Backend API: lists of users', () => {
  let world: LocalClerkWorld;
  let everyone: ListedUser[];
  beforeAll(async () => {
    world = await createLocalClerkWorld();
    await world.control('POST', '/seed', { users: people });
    everyone = (await world.api('GET', `/users?limit=${people}`)).json;
  });
  afterAll(async () => {
    await world.close();
  });
  const list = async (query: string) => {
    const answer = await world.api('GET', `/users?${query}`);
    expect(answer.status).toBe(200);
    return answer.json as ListedUser[];
  };
  const ids = (users: ListedUser[]) => users.map(({ id }) => id);

  it('is a bare array, newest first, ten by default, and the SDK counts beside it', async () => {
    expect(everyone).toHaveLength(people);
    const sorted = [...everyone].sort((a, b) => b.created_at - a.created_at);
    expect(ids(everyone)).toEqual(ids(sorted));
    expect(await list('')).toHaveLength(10);
    const { data, totalCount } = await world.sdk.users.getUserList({ limit: 3, offset: 5 });
    expect(totalCount).toBe(people);
    expect(data.map(({ id }) => id)).toEqual(ids(everyone.slice(5, 8)));
  });

  const orders: [string, (user: ListedUser) => string | number | null][] = [
    ['created_at', (user) => user.created_at],
    ['updated_at', (user) => user.updated_at as number],
    ['last_sign_in_at', (user) => user.last_sign_in_at as number | null],
    ['last_active_at', (user) => user.last_active_at as number | null],
    ['first_name', (user) => user.first_name],
    ['last_name', (user) => user.last_name as string | null],
    ['username', (user) => user.username as string | null],
    ['email_address', primaryEmail],
    ['phone_number', () => null],
    ['web3wallet', () => null],
  ];
  it.each(orders)(
    'orders by %s both ways, without losing or repeating anybody',
    async (field, key) => {
      const up = await list(`limit=500&order_by=${encodeURIComponent(`+${field}`)}`);
      const down = await list(`limit=500&order_by=-${field}`);
      expect(ids(up)).toEqual(ids(down).reverse());
      expect(new Set(ids(up)).size).toBe(people);
      const keys = up.map(key).filter((value) => value !== null);
      const rising = keys.every(
        (value, index) => index === 0 || compare(keys[index - 1], value) <= 0,
      );
      expect(rising).toBe(true);
      // Empty values come after all others going up.
      expect(up.map(key).slice(0, keys.length)).toEqual(keys);
      expect(ids(await list(`limit=500&order_by=+${field}`))).toEqual(ids(up));
    },
  );

  it.each([
    'limit=0',
    'limit=501',
    'limit=-1',
    'limit=ten',
    'offset=-1',
    'order_by=role',
    'order_by=-',
    'banned=maybe',
    'created_at_after=x',
  ])('answers 422 to %s', async (query) => {
    const answer = await world.api('GET', `/users?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.json.errors[0]).toMatchObject({ code: 'form_param_value_invalid' });
  });

  it('pages by starting_after in created_at order only, without an offset, after somebody known', async () => {
    const after = everyone[9]?.id ?? '';
    expect(ids(await list(`starting_after=${after}&limit=5`))).toEqual(ids(everyone.slice(10, 15)));
    const refused = [
      `starting_after=${after}&order_by=-last_name`,
      `starting_after=${after}&offset=1`,
      'starting_after=user_nobody',
    ];
    for (const query of refused)
      expect((await world.api('GET', `/users?${query}`)).status).toBe(422);
    expect((await world.api('GET', `/users?starting_after=${after}&offset=0`)).status).toBe(200);
  });

  it('includes and leaves out by user_id, external_id and email_address', async () => {
    const [a, b, c] = ids(everyone);
    expect(ids(await list(`user_id=${a}&user_id=%2B${c}`))).toEqual([a, c]);
    expect(ids(await list(`user_id=+${b}`))).toEqual([b]);
    expect(await list(`limit=500&user_id=-${a}&user_id=-${b}`)).toHaveLength(people - 2);
    const known = everyone.find((user) => user.external_id !== null);
    expect(ids(await list(`external_id=${String(known?.external_id)}`))).toEqual([known?.id]);
    expect((await list(`limit=500&external_id=-${String(known?.external_id)}`)).length).toBe(
      people - 1,
    );
    const emails = everyone.slice(0, 3).map(primaryEmail);
    const query = emails.map((email) => `email_address=${String(email).toUpperCase()}`).join('&');
    expect(ids(await list(query))).toEqual(ids(everyone.slice(0, 3)));
    const tooMany = Array.from({ length: 101 }, () => `user_id=${a}`).join('&');
    expect((await world.api('GET', `/users?${tooMany}`)).status).toBe(422);
  });

  it('finds by part of a name, an address or an id, whatever the case', async () => {
    const somebody = everyone.find((user) => user.first_name && user.last_name);
    const full = `${String(somebody?.first_name)} ${String(somebody?.last_name)}`;
    const queries = [
      full.toUpperCase(),
      full.slice(1, -1),
      primaryEmail(somebody)?.slice(2, 12),
      somebody?.id,
    ];
    for (const query of queries) {
      const found = await list(`limit=500&query=${encodeURIComponent(String(query))}`);
      expect(ids(found)).toContain(somebody?.id);
    }
    expect(await list('query=%25')).toEqual([]);
    expect(await list('name_query=zzzz')).toEqual([]);
    expect(
      ids(await list(`email_address_query=${String(primaryEmail(somebody)).slice(1)}`)),
    ).toEqual([somebody?.id]);
  });

  it('filters by ban and by times, exclusively, and counts the same people', async () => {
    const banned = everyone.filter((user) => user.banned);
    expect(ids(await list('limit=500&banned=true'))).toEqual(ids(banned));
    const middle = everyone[150]?.created_at ?? 0;
    const younger = everyone.filter((user) => user.created_at > middle);
    expect(ids(await list(`limit=500&created_at_after=${middle}`))).toEqual(ids(younger));
    const never = everyone.filter((user) => user.last_active_at === null);
    const active = await world.api('GET', '/users/count?last_active_at_since=0');
    expect(active.json).toEqual({ object: 'total_count', total_count: people - never.length });
  });
});

describe('Backend API: after a large load', () => {
  it('finds, orders and refuses as before: every index is back', async () => {
    const world = await createLocalClerkWorld();
    const loaded = (await world.control('POST', '/seed', { users: 20_000 })).json;
    expect(loaded).toMatchObject({ added: 20_000, users: 20_000 });
    const [last] = (await world.api('GET', '/users?limit=1&offset=19999')).json as ListedUser[];
    const email = String(primaryEmail(last));
    const found = (await world.api('GET', `/users?email_address=${email}`)).json as ListedUser[];
    expect(found.map(({ id }) => id)).toEqual([last?.id]);
    const body = { email_address: [email], skip_password_requirement: true };
    const twice = await world.api('POST', '/users', body);
    expect(twice.json.errors[0].code).toBe('form_identifier_exists');
    const plan = await world.api('GET', '/users?limit=500&offset=19500&order_by=last_name');
    expect(plan.json).toHaveLength(500);
    await world.close();
  });
});

describe('Backend API: walking through all users', () => {
  it('A3: starting_after loses and repeats nobody who was there, whatever is added or deleted meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 25 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.constantFrom('add', 'delete', 'nothing'), { maxLength: 12 }),
        async (initial, limit, meanwhile) => {
          const world = await createLocalClerkWorld();
          try {
            await world.control('POST', '/seed', { users: initial });
            const there = (await world.api('GET', '/users?limit=500')).json as ListedUser[];
            const { seen, deleted } = await walk(world, limit, meanwhile);
            const expected = there
              .map(({ id }) => id)
              .filter((id) => !deleted.has(id) || seen.includes(id));
            expect(seen.filter((id) => there.some((user) => user.id === id))).toEqual(expected);
            expect(new Set(seen).size).toBe(seen.length);
          } finally {
            await world.close();
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});

if (!hasClerkOpenApi) it.skip(withoutClerkOpenApi('Backend API: lists of users, the shapes'));

/** Walks page by page and does one thing between two pages: to anybody but the cursor's owner. */
async function walk(world: LocalClerkWorld, limit: number, meanwhile: string[]) {
  const seen: string[] = [];
  const deleted = new Set<string>();
  for (let page = 0; ; page += 1) {
    const cursor = seen.at(-1);
    const query = cursor ? `&starting_after=${cursor}` : '';
    const users = (await world.api('GET', `/users?limit=${limit}${query}`)).json as ListedUser[];
    seen.push(...users.map(({ id }) => id));
    if (users.length < limit) return { seen, deleted };
    if (meanwhile[page] === 'add') {
      await world.api('POST', '/users', {
        email_address: [`new.${page}@example.com`],
        skip_password_requirement: true,
      });
    } else if (meanwhile[page] === 'delete') {
      const [victim] = (await world.api('GET', '/users?limit=1&order_by=created_at'))
        .json as ListedUser[];
      if (!victim || victim.id === seen.at(-1)) continue;
      await world.api('DELETE', `/users/${victim.id}`);
      deleted.add(victim.id);
    }
  }
}

function primaryEmail(user: ListedUser | undefined): string | null {
  const emails = (user?.email_addresses ?? []) as { id: string; email_address: string }[];
  return emails.find(({ id }) => id === user?.primary_email_address_id)?.email_address ?? null;
}

function compare(a: string | number | null | undefined, b: string | number | null): number {
  const [x, y] = [a, b].map((value) => (typeof value === 'string' ? asciiLower(value) : value));
  if (x === undefined || x === null || y === undefined || y === null || x === y) return 0;
  return x < y ? -1 : 1;
}

/** The store ignores the case of Latin letters and compares the rest by code point. */
function asciiLower(text: string): string {
  return Buffer.from(text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())).toString(
    'latin1',
  );
}
