import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliver, verifyAudit } from '../support/convex-calls';
import { envelope, rawUser, webhookSecret as oldSecret } from '../support/fake-clerk';
import { MemoryWorld } from '../support/simulation/deployment';

/** `ROTATION_EVENTS=10000` sends more than every run can afford. */
const events = Number(process.env.ROTATION_EVENTS ?? 1_500);
const inFlight = 20;
const newSecret = `whsec_${btoa('the secret after the rotation')}`;

let memory: MemoryWorld;
beforeAll(async () => (memory = await MemoryWorld.open()));
afterAll(() => memory.close());

test(
  'rule 5, pain 17: a rotation of the signing secret amid a stream of events loses and doubles none',
  async () => {
    const { t } = memory.fresh();
    const perPerson = 3;
    /** The ring is set before Clerk signs anew, and shortened after its last old signature. */
    const part = (i: number) => i / events;
    const ringAt = (i: number) =>
      part(i) < 0.3 ? oldSecret : part(i) < 0.7 ? `${oldSecret} ${newSecret}` : newSecret;
    // Between the two moments old and new signatures come mixed: retries keep coming late.
    const signedBy = (i: number) =>
      part(i) < 0.4 || (part(i) < 0.65 && i % 3 === 0) ? oldSecret : newSecret;
    const send = async (i: number) => {
      const id = `user_${Math.floor(i / perPerson)}`;
      const data = rawUser(id, { first_name: `N${i}`, updated_at: 1_700_000_000_000 + i });
      const options = { id: `msg_rotation_${i}`, secret: signedBy(i) };
      return (await deliver(t, envelope('user.updated', data), options)).status;
    };
    for (let first = 0; first < events; first += inFlight) {
      process.env.CLERK_WEBHOOK_SECRET = ringAt(first);
      const batch = Array.from({ length: Math.min(inFlight, events - first) }, (_, i) => first + i);
      expect(new Set(await Promise.all(batch.map(send)))).toEqual(new Set([200]));
    }
    const rows = await t.run(async (ctx) => await ctx.db.query('deliveries').collect());
    expect(rows).toHaveLength(events);
    expect(new Set(rows.map(({ svixId }) => svixId)).size).toBe(events);
    expect(rows.every(({ repeats, alarm }) => repeats === 0 && !alarm)).toBe(true);
    // Of one person's states sent side by side an older one may come second; none is refused.
    expect(rows.every(({ outcome }) => outcome === 'applied' || outcome === 'stale')).toBe(true);
    const users = await t.run(async (ctx) => await ctx.db.query('users').collect());
    expect(users).toHaveLength(Math.ceil(events / perPerson));
    for (const { externalId, firstName } of users) {
      const last = Math.min(events, (Number(externalId.slice('user_'.length)) + 1) * perPerson) - 1;
      expect(firstName).toBe(`N${last}`);
    }
    const late = await deliver(t, envelope('user.updated', rawUser('user_0')), {
      secret: oldSecret,
    });
    // The old secret is worth nothing once it left the ring.
    expect(late.status).toBe(400);
    await verifyAudit(t);
  },
  Math.max(60_000, events * 200),
);
