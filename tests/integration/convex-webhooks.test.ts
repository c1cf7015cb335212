import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { vi } from 'vitest';
import {
  address,
  envelope,
  instanceId,
  rawUser,
  signedHeaders,
  webhookSecret,
  type FakeClerk,
} from '../support/fake-clerk';
import {
  api,
  arrive,
  as,
  auditActions,
  auditEntries,
  connectedWorld,
  type ConvexWorld,
  deliver,
  deliveryRows,
  disconnectWorld,
  internal,
  post,
  rowOf,
  rowsOf,
  verifyAudit,
} from '../support/convex-world';

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(() => ({ t, clerk } = connectedWorld()));
afterEach(disconnectWorld);

async function expectNothingRecorded() {
  expect(await deliveryRows(t)).toEqual([]);
  expect(await auditEntries(t)).toEqual([]);
}

describe('B1, rule 5: only what one of our secrets signed gets in', () => {
  const body = () => JSON.stringify(envelope('user.created', rawUser('user_1')));

  test('a signed event answers 200 with an empty body and has its effect', async () => {
    const response = await deliver(t, envelope('user.created', rawUser('user_1')));
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(await rowOf(t, 'user_1')).toMatchObject({ name: 'Ann Lee', role: 'staff' });
    expect(await deliveryRows(t)).toMatchObject([{ outcome: 'applied', entityId: 'user_1' }]);
  });

  test.each([
    ['missing', { 'svix-signature': '' }],
    ['of another secret', { 'svix-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' }],
    ['malformed', { 'svix-signature': 'nonsense' }],
    ['sent twice', { 'svix-signature': 'v1,AAAA, v1,BBBB' }],
    ['with the id sent twice', { 'svix-id': 'msg_1, msg_2' }],
    ['with the time sent twice', { 'svix-timestamp': '1700000000, 1700000000' }],
    ['without a time', { 'svix-timestamp': 'soon' }],
    ['with an endless id', { 'svix-id': 'm'.repeat(300) }],
  ])('a signature %s answers 400 and changes nothing', async (_, headers) => {
    const text = body();
    const response = await post(t, text, { ...signedHeaders(text), ...headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'BAD_SIGNATURE' });
    await expectNothingRecorded();
  });

  test('a tampered body answers 400 and changes nothing', async () => {
    const text = body();
    const tampered = text.replace('Ann', 'Bob');
    expect((await post(t, tampered, signedHeaders(text))).status).toBe(400);
    await expectNothingRecorded();
  });

  test('an attempt older or newer than five minutes answers 400', async () => {
    for (const shiftMs of [-6 * 60_000, 6 * 60_000]) {
      const at = new Date(Date.now() + shiftMs);
      const response = await deliver(t, envelope('user.created', rawUser('user_1')), { at });
      expect(response.status).toBe(400);
    }
    await expectNothingRecorded();
  });

  test('pain 16: the signature is checked on the raw body, spaces and escapes included', async () => {
    const text = ` ${JSON.stringify(envelope('user.created', rawUser('user_1', { first_name: 'Zoë' })), null, 2)}\n`;
    expect((await post(t, text, signedHeaders(text))).status).toBe(200);
    expect((await rowOf(t, 'user_1')).name).toBe('Zoë Lee');
  });

  test('a body over 256 KiB answers 413, told by its header or by its length', async () => {
    const text = `${body()}${' '.repeat(256 * 1024)}`;
    const headers = signedHeaders(text);
    expect((await post(t, text, headers)).status).toBe(413);
    expect((await post(t, text, {})).status).toBe(413);
    const claimed = { ...signedHeaders(body()), 'content-length': String(256 * 1024 + 1) };
    expect((await post(t, body(), claimed)).status).toBe(413);
    await expectNothingRecorded();
  });

  test('a body that is not UTF-8 answers 400', async () => {
    const bytes = new Uint8Array([0x7b, 0xff, 0x7d]);
    expect((await post(t, bytes, signedHeaders('{}'))).status).toBe(400);
  });

  test('every secret of the ring is accepted, in any place', async () => {
    const second = `whsec_${btoa('another secret of ours')}`;
    vi.stubEnv('CLERK_WEBHOOK_SECRET', `  not-base64! ${second}\n ${webhookSecret} `);
    for (const [i, secret] of [second, webhookSecret].entries()) {
      const response = await deliver(t, envelope('user.created', rawUser(`user_${i}`)), { secret });
      expect(response.status).toBe(200);
    }
    const foreign = `whsec_${btoa('a secret of somebody else')}`;
    const refused = await deliver(t, envelope('user.created', rawUser('x')), { secret: foreign });
    expect(refused.status).toBe(400);
  });

  test('no secret refuses everything with 503, so that Svix tries again', async () => {
    vi.stubEnv('CLERK_WEBHOOK_SECRET', ' ');
    const response = await deliver(t, envelope('user.created', rawUser('user_1')));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'NOT_CONFIGURED' });
    await expectNothingRecorded();
  });

  test('other methods answer 405', async () => {
    const response = await t.fetch('/clerk-users-webhook', { method: 'GET' });
    expect(response.status).toBe(405);
  });
});

describe('rule 4: one receipt per message', () => {
  test('the same message again is counted and has no second effect', async () => {
    const event = envelope('user.created', rawUser('user_1'));
    for (let i = 0; i < 3; i++) {
      expect((await deliver(t, event, { id: 'msg_same' })).status).toBe(200);
    }
    expect(await deliveryRows(t)).toMatchObject([{ repeats: 2, outcome: 'applied', alarm: false }]);
    expect(await auditActions(t)).toEqual(['user.created']);
  });

  test('the same message with another body raises an alarm and has no effect', async () => {
    await deliver(t, envelope('user.created', rawUser('user_1')), { id: 'msg_same' });
    const other = rawUser('user_1', { first_name: 'Eve', updated_at: 1_800_000_000_000 });
    const response = await deliver(t, envelope('user.updated', other), { id: 'msg_same' });
    expect(response.status).toBe(200);
    expect((await rowOf(t, 'user_1')).firstName).toBe('Ann');
    expect(await deliveryRows(t)).toMatchObject([{ alarm: true, repeats: 1 }]);
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'delivery.bodyChanged',
      alarm: true,
    });
  });

  test('unknown types are recorded and ignored', async () => {
    const response = await deliver(t, envelope('session.created', { id: 'sess_1' }));
    expect(response.status).toBe(200);
    expect(await deliveryRows(t)).toMatchObject([{ type: 'session.created', outcome: 'ignored' }]);
  });

  test.each(['not json', '[]', '"text"', 'null', '{"type":"user.created","data":null}'])(
    'a verified body that nobody can read is recorded as failed and answers 200: %s',
    async (body) => {
      expect((await post(t, body, signedHeaders(body))).status).toBe(200);
      expect(await deliveryRows(t)).toMatchObject([{ outcome: 'failed', alarm: true }]);
    },
  );

  test('pains 1 and 16: trouble in the mutation answers 5xx and leaves no receipt, so that it comes again', async () => {
    await arrive(t, 'user_1');
    // Two rows of one id cannot come about through the product; a broken table must not eat events.
    await t.run(async (ctx) => {
      const row = await ctx.db.query('users').first();
      if (row === null) throw new Error('no row');
      const { _id, _creationTime, ...fields } = row;
      await ctx.db.insert('users', fields);
    });
    const before = await deliveryRows(t);
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const response = await deliver(t, envelope('user.updated', rawUser('user_1')));
    expect(response.status).toBe(500);
    expect(error).toHaveBeenCalledOnce();
    expect(await deliveryRows(t)).toEqual(before);
  });
});

describe('rule 5, pain 18: events of another Clerk instance', () => {
  test('are recorded as quarantined with an alarm, answer 200 and have no effect', async () => {
    const foreign = envelope('user.created', rawUser('user_1'), { instance_id: 'ins_other' });
    expect((await deliver(t, foreign)).status).toBe(200);
    expect(await rowsOf(t, 'user_1')).toEqual([]);
    expect(await deliveryRows(t)).toMatchObject([{ outcome: 'quarantined', alarm: true }]);
    expect(await auditActions(t)).toEqual(['delivery.foreignInstance']);
  });

  test('without a setting the first verified event decides which instance is ours', async () => {
    vi.stubEnv('CLERK_INSTANCE_ID', '');
    await deliver(t, envelope('user.created', rawUser('user_1'), { instance_id: 'ins_first' }));
    await deliver(t, envelope('user.created', rawUser('user_2'), { instance_id: instanceId }));
    await deliver(t, envelope('user.created', rawUser('user_3'), { instance_id: 'ins_first' }));
    expect(await rowsOf(t, 'user_2')).toEqual([]);
    expect(await rowsOf(t, 'user_3')).toHaveLength(1);
  });
});

describe('rule 1, rule 2: order does not matter', () => {
  const at = 1_750_000_000_000;

  test('pain 4: an update for an unknown person creates them, and the late creation changes nothing', async () => {
    await deliver(
      t,
      envelope('user.updated', rawUser('user_1', { first_name: 'New', updated_at: at })),
    );
    await deliver(
      t,
      envelope('user.created', rawUser('user_1', { first_name: 'Old', updated_at: at - 5 })),
    );
    expect(await rowOf(t, 'user_1')).toMatchObject({ firstName: 'New', clerk: { updatedAt: at } });
    expect((await deliveryRows(t)).map((row) => row.outcome)).toEqual(['applied', 'stale']);
  });

  test('the same state in another message is a duplicate', async () => {
    await deliver(t, envelope('user.created', rawUser('user_1')));
    await deliver(t, envelope('user.updated', rawUser('user_1')));
    expect((await deliveryRows(t)).map((row) => row.outcome)).toEqual(['applied', 'duplicate']);
  });

  test('pain 4: two states of one instant: Clerk itself is asked, and its answer holds', async () => {
    const truth = rawUser('user_1', { first_name: 'Truth', updated_at: at });
    clerk.users.set('user_1', truth);
    await deliver(
      t,
      envelope('user.updated', rawUser('user_1', { first_name: 'A', updated_at: at })),
    );
    await deliver(
      t,
      envelope('user.updated', rawUser('user_1', { first_name: 'B', updated_at: at })),
    );
    expect((await rowOf(t, 'user_1')).firstName).toBe('A');
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect((await rowOf(t, 'user_1')).firstName).toBe('Truth');
    expect(clerk.requests).toMatchObject([
      { method: 'GET', path: '/v1/users/user_1', authorization: 'Bearer sk_test_world' },
    ]);
  });

  test('an answer to an older question of the same tie is left alone', async () => {
    for (const name of ['A', 'B', 'C']) {
      const data = rawUser('user_1', { first_name: name, updated_at: at });
      await deliver(t, envelope('user.updated', data));
    }
    const user = {
      externalId: 'user_1',
      updatedAt: at,
      createdAt: at,
      name: 'Late',
      firstName: 'Late',
      emailVerified: false,
      banned: false,
    };
    await t.mutation(internal.clerk.applyFetched, { user, ask: 1 });
    expect((await rowOf(t, 'user_1')).firstName).toBe('A');
    await t.mutation(internal.clerk.applyFetched, { user, ask: 2 });
    expect((await rowOf(t, 'user_1')).firstName).toBe('Late');
  });
});

describe('B4, A6: what is taken from Clerk', () => {
  test('the primary address is used, not the first; its case does not matter', async () => {
    const data = rawUser('user_1', {
      primary_email_address_id: 'idn_2',
      email_addresses: [address('idn_1', 'first@x.test'), address('idn_2', 'Primary@X.test')],
    });
    await deliver(t, envelope('user.created', data));
    expect((await rowOf(t, 'user_1')).email).toBe('primary@x.test');
  });

  test('no names and no address are fine', async () => {
    const data = rawUser('user_1', { first_name: null, last_name: null, email_addresses: [] });
    await deliver(t, envelope('user.created', data));
    const row = await rowOf(t, 'user_1');
    expect(row.name).toBe('User');
    expect(row.email).toBeUndefined();
  });

  test('pain 7: an update keeps role, active flag and sign-in times of the row (A6)', async () => {
    const row = await arrive(t, 'user_1');
    await t.run(async (ctx) => await ctx.db.patch(row._id, { lastLoginAt: 5 }));
    const data = rawUser('user_1', { first_name: 'Amy', updated_at: at(1) });
    await deliver(t, envelope('user.updated', data));
    expect(await rowOf(t, 'user_1')).toMatchObject({
      firstName: 'Amy',
      role: 'staff',
      isActive: true,
      lastLoginAt: 5,
    });
  });

  test('the audit log names changed fields, never their values', async () => {
    await arrive(t, 'user_1');
    const data = rawUser('user_1', { first_name: 'Secretname', updated_at: at(1) });
    await deliver(t, envelope('user.updated', data));
    const entries = await auditEntries(t);
    expect(entries.at(-1)).toMatchObject({
      action: 'user.updated',
      after: { fields: ['firstName'] },
    });
    expect(JSON.stringify(entries)).not.toContain('Secretname');
  });

  function at(step: number): number {
    return 1_700_000_000_000 + step;
  }
});

describe('rule 3, B5: delete wins', () => {
  const deleted = (id: string) => envelope('user.deleted', { id, object: 'user', deleted: true });

  test('pain 5: nothing resurrects a deleted person: webhook, store, backfill', async () => {
    await arrive(t, 'user_1');
    await deliver(t, deleted('user_1'));
    const late = rawUser('user_1', { first_name: 'Zombie', updated_at: 1_900_000_000_000 });
    await deliver(t, envelope('user.updated', late));
    await deliver(t, envelope('user.created', late));
    await expect(as(t, 'user_1').mutation(api.users.store, {})).rejects.toThrow(/ACCOUNT_INACTIVE/);
    expect(
      await t.mutation(internal.users.upsertFromClerk, {
        user: {
          externalId: 'user_1',
          updatedAt: 2_000_000_000_000,
          createdAt: 1,
          name: 'Zombie',
          emailVerified: true,
          banned: false,
        },
      }),
    ).toBe('tombstoned');
    expect(await rowOf(t, 'user_1')).toMatchObject({
      state: 'deleted',
      isActive: false,
      name: 'Ann Lee',
    });
  });

  test('a deletion that overtakes the creation leaves a tombstone', async () => {
    await deliver(t, deleted('user_1'));
    await arrive(t, 'user_1');
    expect(await rowOf(t, 'user_1')).toMatchObject({ state: 'deleted' });
  });

  test('a second deletion changes nothing', async () => {
    await arrive(t, 'user_1');
    expect(await t.mutation(internal.users.deleteFromClerk, { externalId: 'user_1' })).toBe(
      'deleted',
    );
    expect(await t.mutation(internal.users.deleteFromClerk, { externalId: 'user_1' })).toBe(
      'alreadyDeleted',
    );
  });

  test('a tombstoned person’s token gets nothing', async () => {
    await arrive(t, 'user_1', 'superadmin');
    await arrive(t, 'user_2', 'superadmin');
    await deliver(t, deleted('user_1'));
    const me = as(t, 'user_1');
    expect(await me.query(api.users.current, {})).toBeNull();
    expect(await me.query(api.users.getUserRole, {})).toBeNull();
    await expect(me.query(api.users.stats, {})).rejects.toThrow(/ACCOUNT_INACTIVE/);
  });
});

test('the audit chain verifies after all of this, and fails when an entry is touched', async () => {
  for (let i = 0; i < 5; i++) await arrive(t, `user_${i}`);
  await verifyAudit(t);
  const [, second, third] = await auditEntries(t);
  if (!second || !third) throw new Error('too few entries');
  await t.run(async (ctx) => await ctx.db.patch(second._id, { actor: 'user:mallory' }));
  await expect(verifyAudit(t)).rejects.toThrow('edited at 2');
  await t.run(async (ctx) => await ctx.db.delete(second._id));
  await expect(verifyAudit(t)).rejects.toThrow('gap at 2');
});

test('pain 21: cutting off the newest audit entries is found', async () => {
  for (let i = 0; i < 3; i++) await arrive(t, `user_${i}`);
  const last = (await auditEntries(t)).at(-1);
  if (!last) throw new Error('no entries');
  await t.run(async (ctx) => await ctx.db.delete(last._id));
  await expect(verifyAudit(t)).rejects.toThrow('cutOff at 3');
});
