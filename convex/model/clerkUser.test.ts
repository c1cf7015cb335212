import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseClerkEvent } from './clerkEvent';
import { normaliseTime } from './clerkFields';
import { parseClerkUser, rawRole } from './clerkUser';

const base = { id: 'user_1', updated_at: 1_700_000_000_000 };

function parse(fields: Record<string, unknown> = {}) {
  const parsed = parseClerkUser({ ...base, ...fields });
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.user;
}

describe('B4: any user that Clerk may send', () => {
  test('the least that Clerk can send is enough', () => {
    expect(parse()).toEqual({
      externalId: 'user_1',
      updatedAt: 1_700_000_000_000,
      createdAt: 1_700_000_000_000,
      name: 'User',
      emailVerified: false,
      banned: false,
    });
  });

  test.each([
    [{ first_name: 'Ann', last_name: 'Lee' }, 'Ann Lee'],
    [{ first_name: 'Ann', last_name: null }, 'Ann'],
    [{ first_name: '  ', last_name: 'Lee' }, 'Lee'],
    [{ first_name: null, last_name: null }, 'User'],
    [{ first_name: 7, last_name: {} }, 'User'],
  ])('%j is called %s', (fields, name) => {
    expect(parse(fields).name).toBe(name);
  });

  test('the primary address is used; without a primary one there is none', () => {
    const email_addresses = [
      { id: 'a', email_address: 'first@x.test', verification: { status: 'verified' } },
      null,
      'odd',
      { id: 'b', email_address: 'Second@x.test', verification: null },
    ];
    const second = parse({ email_addresses, primary_email_address_id: 'b' });
    expect(second).toMatchObject({ email: 'second@x.test', emailVerified: false });
    const first = parse({ email_addresses, primary_email_address_id: 'a' });
    expect(first).toMatchObject({ email: 'first@x.test', emailVerified: true });
    expect(parse({ email_addresses, primary_email_address_id: null }).email).toBeUndefined();
    expect(parse({ email_addresses, primary_email_address_id: 'gone' }).email).toBeUndefined();
  });

  test('times in seconds and in milliseconds are the same time', () => {
    expect(normaliseTime(1_700_000_000)).toBe(1_700_000_000_000);
    expect(normaliseTime(1_700_000_000_000)).toBe(1_700_000_000_000);
    expect(normaliseTime(Number.NaN)).toBeUndefined();
    expect(normaliseTime(-1)).toBeUndefined();
    expect(normaliseTime('1700000000000')).toBeUndefined();
  });

  test('a time that no page could show reads as absent', () => {
    expect(normaliseTime(8_640_000_000_000_000)).toBe(8_640_000_000_000_000);
    expect(normaliseTime(8_640_000_000_000_001)).toBeUndefined();
    expect(normaliseTime(Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });

  test('without updated_at the time of the event stands in; without both the event is unusable', () => {
    const data = { id: 'user_1' };
    expect(parseClerkUser(data, 5_000)).toMatchObject({ ok: true, user: { updatedAt: 5_000 } });
    expect(parseClerkUser(data)).toEqual({ ok: false, why: 'the user object has no updated_at' });
  });

  test('metadata is kept whole up to its bound, and never nested without end', () => {
    expect(parse({ public_metadata: { b: 1, a: { $x: [null] } } }).publicMetadata).toBe(
      '{"a":{"$x":[null]},"b":1}',
    );
    expect(parse({ public_metadata: { big: 'x'.repeat(20_000) } }).publicMetadata).toBeUndefined();
    const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as object;
    expect(parse({ public_metadata: deep }).publicMetadata).toBeUndefined();
    expect(parse({ public_metadata: { role: deep } }).role).toBe('json:unreadable');
  });

  test('a role of any shape is one comparable text, and no role when null', () => {
    expect(rawRole('admin')).toBe('admin');
    expect(rawRole(undefined)).toBeUndefined();
    expect(rawRole(null)).toBeUndefined();
    expect(rawRole(['admin'])).toBe('json:["admin"]');
    expect(rawRole('')).toBe('json:""');
    expect(rawRole(' superadmin ')).toBe('json:" superadmin "');
    expect(rawRole({ b: 1, a: 2 })).toBe(rawRole({ a: 2, b: 1 }));
  });

  test('a picture is an address of the web, or none', () => {
    expect(parse({ image_url: 'https://img.example/a.png' }).imageUrl).toBe(
      'https://img.example/a.png',
    );
    for (const image_url of [
      'javascript:alert(1)',
      'data:text/html,x',
      ' ',
      '//img.example/a.png',
    ]) {
      expect(parse({ image_url }).imageUrl).toBeUndefined();
    }
  });

  test('the proof of a push is read, a malformed one ignored', () => {
    const stamp = (rollcall: unknown) => parse({ private_metadata: { rollcall } }).stamp;
    expect(stamp({ rev: 3, intent: 'i' })).toEqual({ rev: 3, intent: 'i' });
    expect(stamp({ rev: '3' })).toBeUndefined();
    expect(stamp({ rev: -1 })).toBeUndefined();
    expect(stamp({ rev: Number.MAX_SAFE_INTEGER })).toBeUndefined();
    expect(stamp(null)).toBeUndefined();
  });

  test('no payload throws, and nothing that comes out is unstorable', () => {
    const odd = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.jsonValue());
    const fields = fc.record(
      {
        first_name: odd,
        last_name: odd,
        image_url: odd,
        primary_email_address_id: odd,
        email_addresses: fc.oneof(odd, fc.array(odd)),
        public_metadata: odd,
        private_metadata: odd,
        banned: odd,
        created_at: odd,
        updated_at: fc.oneof(odd, fc.nat()),
        last_sign_in_at: odd,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, fc.oneof(fc.constant('user_1'), odd), (rest, id) => {
        const parsed = parseClerkUser({ ...rest, id });
        const values = parsed.ok ? Object.values(parsed.user) : [];
        const unstorable = values.filter(
          (value) =>
            (typeof value === 'number' && !Number.isSafeInteger(value)) ||
            (typeof value === 'string' && /\p{Surrogate}/u.test(value)),
        );
        expect(unstorable).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('events', () => {
  test('any text is read as an event or as poison, without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(parseClerkEvent(body).kind).toMatch(/^(unknown|poison)$/);
      }),
    );
  });

  test('a deleted user needs an id and nothing else', () => {
    const body = JSON.stringify({ type: 'user.deleted', data: { id: 'user_1', deleted: true } });
    expect(parseClerkEvent(body)).toMatchObject({ kind: 'userDeleted', externalId: 'user_1' });
    expect(parseClerkEvent('{"type":"user.deleted","data":{}}').kind).toBe('poison');
  });

  test('nesting that overflows naive readers is poison or ignored, not a crash', () => {
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = `{"type":"user.created","data":{"id":"u","updated_at":1,"public_metadata":{"a":${nested}}}}`;
    expect(() => parseClerkEvent(body)).not.toThrow();
  });
});
