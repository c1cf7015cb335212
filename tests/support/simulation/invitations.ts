import assert from 'node:assert/strict';
import type { Doc } from '../../../convex/_generated/dataModel';
import { type Role, roleNames } from '../../../src/shared/roles';
import { api, as, codeOf, internal } from '../convex-calls';
import type { RawInvitation } from '../fake-clerk-invitations';
import type { Deployment } from './deployment';
import { until } from './until';

/** People whom nobody knows before somebody invites them. */
const guests = ['gia', 'hugo'];

const refusals = [
  'ALREADY_INVITED',
  'USER_EXISTS',
  'FORBIDDEN',
  'ACCOUNT_INACTIVE',
  'ACCOUNT_NOT_READY',
  'INVITATION_SETTLED',
];

interface HeldRequest {
  input: unknown;
  init: RequestInit | undefined;
  answer: (response: Response) => void;
  push: Promise<void>;
}

/** How the next request to Clerk about an invitation ends. */
const endings = [
  'answered',
  'answered',
  'answered',
  'held',
  'answerLost',
  'lost',
  'unreachable',
  'refused',
  'limited',
  'broken',
  'dies',
] as const;
type Ending = (typeof endings)[number];

export interface InvitationOptions {
  world: Deployment;
  chance: () => number;
  note: (step: string) => void;
  /** Who sits at the panel. */
  somebody: () => Promise<string>;
  /** Makes the person in Clerk, with the metadata that the invitation gives. */
  signUp: (id: string, metadata: Record<string, unknown>) => void;
}

/**
 * The invitations' share of `SyncSimulation`: invited, taken back on either side, accepted by
 * signing up, with requests that are late, lost, refused or never answered.
 */
export class InvitationSimulation {
  private ending: Ending = 'answered';
  private held: HeldRequest[] = [];
  private late: Pick<HeldRequest, 'input' | 'init'>[] = [];
  private pushing: Promise<void> = Promise.resolve();
  /** Addresses about which Clerk has refused something: there a push may stay failed, with an alarm. */
  private readonly refused = new Set<string>();

  constructor(private readonly options: InvitationOptions) {}

  async step(): Promise<void> {
    const { chance } = this.options;
    const guest = this.pick(guests);
    const roll = chance();
    if (roll < 0.24) await this.invite(guest);
    else if (roll < 0.36) await this.takeBack(guest);
    else if (roll < 0.42) this.takeBackInClerk(guest);
    else if (roll < 0.5) this.accept(guest);
    else if (roll < 0.82) await this.push(this.pick(endings));
    else if (roll < 0.9) await this.goOn();
    else await this.follow();
    await this.check();
  }

  /** Requests about invitations, in place of the network. */
  readonly fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const { clerk } = this.options.world;
    const { ending } = this;
    if ((init?.method ?? 'GET') === 'GET') return await clerk.fetch(input, init);
    this.ending = 'answered';
    switch (ending) {
      case 'answered':
        return await clerk.fetch(input, init);
      case 'held':
        return await new Promise((answer) => {
          this.held.push({ input, init, answer, push: this.pushing });
        });
      case 'answerLost':
        await clerk.fetch(input, init);
        return new Response('{}', { status: 504 });
      case 'lost':
        this.late.push({ input, init });
        return new Response('{}', { status: 504 });
      case 'unreachable':
        throw new TypeError('fetch failed');
      case 'refused':
        this.noteRefusal(input, init);
        return Response.json({ errors: [{ code: 'refused' }] }, { status: 422 });
      case 'limited':
        return new Response('{}', { status: 429, headers: { 'retry-after': '7' } });
      case 'broken':
        return new Response('{}', { status: 503 });
      case 'dies':
        if (this.options.chance() < 0.5) await clerk.fetch(input, init);
        return await new Promise(() => undefined);
    }
  };

  /** Everything under way ends well. Answers whether anything was. */
  async settle(): Promise<boolean> {
    for (const { input, init } of this.late.splice(0)) {
      await this.options.world.clerk.fetch(input, init);
    }
    let isBusy = this.held.length > 0;
    while (this.held.length > 0) await this.goOn();
    for (const { _id, push } of await this.rows()) {
      if (push.state !== 'pending') continue;
      isBusy = true;
      await this.run(_id, 'answered');
    }
    if ((await this.follow()) > 0) isBusy = true;
    return isBusy;
  }

  /** Clerk has the invitations that are open here, and no others that anybody could use. */
  async checkAtRest(): Promise<void> {
    const rows = await this.rows();
    const there = this.options.world.clerk.invitations.all;
    for (const row of rows) {
      const one = there.find(({ id }) => id === row.clerkId);
      if (row.push.state === 'failed') {
        assert.ok(this.refused.has(row.email), `the invitation of ${row.email} failed for nothing`);
      } else {
        assert.equal(row.push.state, 'synced', `the invitation of ${row.email} is settled`);
        checkSettled(row, one);
      }
    }
    const open = there.filter(({ status, email_address: email }) => {
      return status === 'pending' && !this.isTaken(email);
    });
    for (const { id, email_address: email } of open) {
      const isWanted = rows.some((row) => row.clerkId === id && row.state === 'pending');
      assert.ok(isWanted || this.hasFailed(rows, email), `nobody here wants ${id} of ${email}`);
    }
  }

  private hasFailed(rows: readonly Doc<'invitations'>[], email: string): boolean {
    return rows.some((row) => row.email === email && row.push.state === 'failed');
  }

  /** At any time: one open invitation per address. */
  private async check(): Promise<void> {
    const open = (await this.rows()).filter(({ state }) => state === 'pending');
    const emails = open.map(({ email }) => email);
    assert.equal(new Set(emails).size, emails.length, 'one open invitation per address');
  }

  private async invite(guest: string): Promise<void> {
    const { world, note, somebody } = this.options;
    const [by, role] = [await somebody(), this.pick(roleNames) as Role];
    note(`${by}: invite ${guest} as ${role}`);
    const args = { email: emailOf(guest), role };
    this.expect(await codeOf(as(world.t, by).mutation(api.users.invite, args)));
  }

  private async takeBack(guest: string): Promise<void> {
    const { world, note, somebody } = this.options;
    const row = (await this.rows()).findLast(({ email }) => email === emailOf(guest));
    if (row === undefined) return;
    const by = await somebody();
    note(`${by}: revoke the invitation of ${guest}`);
    const args = { invitationId: row._id };
    this.expect(await codeOf(as(world.t, by).mutation(api.users.revokeInvitation, args)));
  }

  private takeBackInClerk(guest: string): void {
    const open = this.openThere(guest);
    if (open === undefined) return;
    this.options.note(`revoke the invitation of ${guest} in Clerk`);
    open.status = 'revoked';
  }

  private accept(guest: string): void {
    const open = this.openThere(guest);
    if (open === undefined || this.options.world.clerk.users.has(guest)) return;
    this.options.note(`${guest} signs up`);
    open.status = 'accepted';
    this.options.signUp(guest, open.public_metadata);
  }

  private openThere(guest: string): RawInvitation | undefined {
    return this.options.world.clerk.invitations.all.find(
      (one) => one.email_address === emailOf(guest) && one.status === 'pending',
    );
  }

  private async push(ending: Ending): Promise<void> {
    const due = (await this.rows()).filter(
      ({ push, notBefore }) => push.state === 'pending' && notBefore <= Date.now(),
    );
    if (due.length === 0) return;
    await this.run(this.pick(due)._id, ending);
  }

  private async run(invitationId: Doc<'invitations'>['_id'], ending: Ending): Promise<void> {
    const { world, note } = this.options;
    note(`push ${invitationId}, which is ${ending}`);
    this.ending = ending;
    let hasEnded = false;
    const held = this.held.length;
    let isLost = false;
    this.pushing = world.t
      .action(internal.invitations.push, { invitationId })
      .then(() => undefined)
      .finally(() => (hasEnded = true));
    this.pushing.catch(() => undefined);
    // One that dies is known by its ending being used up.
    await until(() => {
      isLost = ending === 'dies' && this.ending === 'answered';
      return hasEnded || isLost || this.held.length > held;
    });
    this.ending = 'answered';
    if (hasEnded) await this.pushing;
  }

  /** A request that hangs is answered, or one that got lost lands. */
  private async goOn(): Promise<void> {
    const { world, note, chance } = this.options;
    const landing = this.late[0];
    if (landing !== undefined && (this.held.length === 0 || chance() < 0.5)) {
      note('a lost request about an invitation lands');
      this.late.shift();
      await world.clerk.fetch(landing.input, landing.init);
      return;
    }
    const request = this.held.shift();
    if (request === undefined) return;
    note('a request about an invitation is answered');
    request.answer(await world.clerk.fetch(request.input, request.init));
    await request.push;
  }

  private async follow(): Promise<number> {
    this.options.note('follow invitations');
    return await this.options.world.t.action(internal.invitations.follow, {});
  }

  private noteRefusal(input: unknown, init: RequestInit | undefined): void {
    for (const guest of guests) {
      if (JSON.stringify(init?.body ?? null).includes(emailOf(guest)))
        this.refused.add(emailOf(guest));
    }
    const id = /invitations\/(\w+)\//.exec(String(input))?.[1];
    const one = this.options.world.clerk.invitations.all.find((open) => open.id === id);
    if (one !== undefined) this.refused.add(one.email_address);
  }

  private isTaken(email: string): boolean {
    return guests.some((guest) => {
      return emailOf(guest) === email && this.options.world.clerk.users.has(guest);
    });
  }

  private async rows(): Promise<Doc<'invitations'>[]> {
    return await this.options.world.t.run(
      async ({ db }) => await db.query('invitations').collect(),
    );
  }

  private expect(code: string): void {
    assert.ok(code === 'no error' || refusals.includes(code), `answered ${code}`);
    if (code !== 'no error') this.options.note(`  ${code}`);
  }

  private pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.options.chance() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

function checkSettled(row: Doc<'invitations'>, there: RawInvitation | undefined): void {
  if (row.state === 'pending') {
    assert.equal(there?.status, 'pending', `the invitation of ${row.email} is open on both sides`);
    assert.equal(there.public_metadata.role, row.role, `${row.email} is invited to the same role`);
  } else if (row.state === 'revoked') {
    assert.notEqual(there?.status, 'pending', `${row.email} is invited no more on either side`);
  }
}

/** As `rawUser` has it. */
function emailOf(guest: string): string {
  return `${guest}@rollcall.test`;
}
