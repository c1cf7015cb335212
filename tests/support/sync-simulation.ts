import assert from 'node:assert/strict';
import { vi } from 'vitest';
import type { Id } from '../../convex/_generated/dataModel';
import { isActiveOwner } from '../../convex/model/lastOwner';
import { defaultRole, isRole, roleNames } from '../../src/shared/roles';
import {
  api,
  as,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliver,
  internal,
  intentsOf,
  verifyAudit,
} from './convex-world';
import { OrganizationSimulation } from './organization-simulation';
import { random } from './random';
import { type ClerkEnvelope, type FakeClerk, messageId, rawUser } from './fake-clerk';

/** What a step waits for takes milliseconds. */
const hangsAfterMs = 20_000;
/** Kept before any clock is faked: lets promises run without moving the faked clock. */
const realImmediate = setImmediate;
const realNowMs = performance.now.bind(performance);

interface Message {
  id: string;
  event: ClerkEnvelope;
}

/** A request of the outbox that Clerk has not answered; `done` once Clerk carried it out. */
interface OpenRequest {
  input: unknown;
  init: RequestInit | undefined;
  answer: Response | undefined;
  intentId: string;
  resolve: (response: Response) => void;
}

/**
 * One deployment and one Clerk under a random schedule: edits on both sides, sign-ins, deletions,
 * webhooks late, twice and out of order, requests whose answers are late or lost, and edits of one
 * millisecond. Every step is chosen by the seed.
 */
export class SyncSimulation {
  readonly t: ConvexWorld;
  readonly clerk: FakeClerk;
  readonly steps: string[] = [];
  private readonly chance: () => number;
  private readonly inbox: Message[] = [];
  private readonly delivered: Message[] = [];
  private readonly open: OpenRequest[] = [];
  private readonly late: Pick<OpenRequest, 'input' | 'init'>[] = [];
  private readonly running = new Set<Promise<unknown>>();
  private readonly asked = new Map<string, number>();
  private readonly lostAnswers = new Map<string, number>();
  private readonly sent = new Map<string, number>();
  /** Whom somebody banned or unbanned in Clerk itself: there Clerk may differ from us for good. */
  private readonly bannedByHand = new Set<string>();
  private readonly organizations: OrganizationSimulation;
  private hadOwner = false;

  constructor(
    seed: number,
    private readonly ids: readonly string[],
    /** Of all steps between edits and sign-ins, which part deactivates or reactivates: 0 to 0.18. */
    private readonly accessShare = 0.08,
  ) {
    this.chance = random(seed);
    ({ t: this.t, clerk: this.clerk } = connectedWorld());
    this.organizations = new OrganizationSimulation(this.t, this.clerk);
    vi.stubGlobal('fetch', this.gatedFetch);
  }

  async run(steps: number): Promise<void> {
    this.clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
    for (let i = 0; i < steps; i++) {
      vi.setSystemTime(Date.now() + Math.floor(this.chance() * 1_500));
      await this.step();
      this.collect();
      await this.checkAlways();
    }
    await this.comeToRest();
  }

  private async step(): Promise<void> {
    const id = this.pick(this.ids);
    if (this.chance() < 0.15) {
      this.steps.push(this.organizations.step(id, this.chance));
      return;
    }
    const roll = this.chance();
    if (roll < 0.16) this.editInClerk(id);
    else if (roll < 0.42) await this.deliverOne();
    else if (roll < 0.5) await this.signIn(id);
    else if (roll < 0.68 - this.accessShare) await this.decide(id);
    else if (roll < 0.68) await this.decideAccess(id);
    else if (roll < 0.8) await this.startPush();
    else if (roll < 0.9) await this.advanceRequest();
    else if (roll < 0.95) await this.refetch();
    else if (roll < 0.98) this.note('tie', () => (this.clerk.tie = true));
    else if (this.clerk.users.has(id)) this.note(`delete ${id}`, () => this.clerk.delete(id));
  }

  private editInClerk(id: string): void {
    if (!this.clerk.users.has(id)) {
      if (this.deletedInClerk.has(id)) return;
      const role = this.chance() < 0.5 ? this.pick(roleNames) : undefined;
      const public_metadata = role === undefined ? {} : { role };
      this.note(`create ${id} ${role}`, () => this.clerk.create(rawUser(id, { public_metadata })));
    } else if (this.chance() < 0.3) {
      this.note(`rename ${id}`, () => this.clerk.rename(id, `N${Math.floor(this.chance() * 99)}`));
    } else if (this.chance() < 0.06) {
      const banned = this.chance() < 0.5;
      this.bannedByHand.add(id);
      this.note(`ban ${id} by hand: ${banned}`, () => this.clerk.setBanned(id, banned));
    } else {
      const role = this.pick([...roleNames, ...roleNames, 'czar', null]);
      this.note(`edit ${id} ${role}`, () => this.clerk.edit(id, { role }));
    }
  }

  private get deletedInClerk(): Set<string> {
    const deleted = [...this.delivered, ...this.inbox]
      .filter(({ event }) => event.type === 'user.deleted')
      .map(({ event }) => String((event.data as { id: string }).id));
    return new Set(deleted);
  }

  private async deliverOne(): Promise<void> {
    const again = this.chance() < 0.15 && this.delivered.length > 0;
    const pool = again ? this.delivered : this.inbox;
    if (pool.length === 0) return;
    const index = Math.floor(this.chance() * pool.length);
    const [message] = again ? [pool[index]] : pool.splice(index, 1);
    if (message) await this.post(message);
  }

  private async post(message: Message): Promise<void> {
    this.steps.push(`deliver ${message.id} ${message.event.type}`);
    const response = await deliver(this.t, message.event, { id: message.id });
    assert.equal(response.status, 200);
    this.delivered.push(message);
  }

  /** Only people whom Clerk knows, or knew until a moment ago, hold a token. */
  private async signIn(id: string): Promise<void> {
    if (!this.clerk.users.has(id) && !this.deletedInClerk.has(id)) return;
    this.steps.push(`sign in ${id}`);
    const code = await codeOf(as(this.t, id).mutation(api.users.store, {}));
    assert.ok(['no error', 'ACCOUNT_INACTIVE'].includes(code), code);
  }

  private async decide(id: string): Promise<void> {
    const role = this.pick(roleNames);
    this.steps.push(`decide ${id} ${role}`);
    const attempt = this.t.mutation(internal.admin.setRole, { idOrEmail: id, role });
    const expected = ['no error', 'LAST_OWNER', 'USER_DELETED', 'USER_NOT_FOUND'];
    const code = await codeOf(attempt);
    assert.ok(expected.includes(code), code);
  }

  private async decideAccess(id: string): Promise<void> {
    const verb = this.chance() < 0.04 ? 'remove' : this.pick(['deactivate', 'reactivate'] as const);
    this.steps.push(`${verb} ${id}`);
    const attempt = this.t.mutation(internal.admin[verb], { idOrEmail: id });
    const expected = ['no error', 'LAST_OWNER', 'USER_DELETED', 'USER_NOT_FOUND'];
    const code = await codeOf(attempt);
    assert.ok(expected.includes(code), code);
    if (verb !== 'reactivate' && code === 'no error') {
      const call = codeOf(as(this.t, id).query(api.users.stats, {}));
      assert.equal(await call, 'ACCOUNT_INACTIVE', `rule 9: ${id} is cut off at once`);
    }
  }

  private async startPush(): Promise<void> {
    const due = (await intentsOf(this.t, 'queued')).filter((i) => i.notBefore <= Date.now());
    if (due.length === 0) return;
    const intentId = this.pick(due)._id;
    this.steps.push(`push ${intentId}`);
    await this.begin(intentId);
  }

  /** Starts a push and waits until it asks Clerk or ends. */
  private async begin(intentId: Id<'roleIntents'>): Promise<void> {
    const before = this.open.length;
    let ended = false;
    const run = this.t.action(internal.outbox.push, { intentId }).finally(() => {
      ended = true;
      this.running.delete(run);
    });
    this.running.add(run);
    await this.until(() => ended || this.open.length > before);
    const request = this.open[before];
    if (request === undefined) return;
    request.intentId = intentId;
    this.sent.set(intentId, (this.sent.get(intentId) ?? 0) + 1);
  }

  private async advanceRequest(): Promise<void> {
    if (this.late.length > 0 && this.chance() < 0.3) return await this.land();
    const request = this.open[Math.floor(this.chance() * this.open.length)];
    if (request === undefined) return;
    if (request.answer === undefined && this.chance() < 0.2) {
      this.steps.push('a request is given up on, and on its way all the same');
      this.late.push({ input: request.input, init: request.init });
      await this.finish(request, true);
      return;
    }
    if (request.answer === undefined) {
      this.steps.push('Clerk carries out a request');
      request.answer = await this.clerk.fetch(request.input, request.init);
      return;
    }
    await this.finish(request, this.chance() < 0.3);
  }

  /** Clerk carries out a request that we stopped waiting for. */
  private async land(): Promise<void> {
    const request = this.late.shift();
    if (request === undefined) return;
    this.steps.push(`a late request lands: ${JSON.stringify(request.input)}`);
    await this.clerk.fetch(request.input, request.init);
  }

  private async finish(request: OpenRequest, lost: boolean): Promise<void> {
    this.steps.push(lost ? 'an answer is lost' : 'an answer arrives');
    this.open.splice(this.open.indexOf(request), 1);
    const left = this.running.size;
    if (lost) {
      const intent = request.intentId;
      this.lostAnswers.set(intent, (this.lostAnswers.get(intent) ?? 0) + 1);
      request.resolve(new Response('{}', { status: 504 }));
    } else {
      request.resolve(request.answer ?? (await this.clerk.fetch(request.input, request.init)));
    }
    await this.until(() => this.running.size < left);
  }

  private async refetch(): Promise<void> {
    await this.organizations.refetch();
    for (const row of await this.rows()) {
      const ask = row.clerk.refetch ?? 0;
      if (ask === 0 || this.asked.get(row.externalId) === ask) continue;
      this.steps.push(`refetch ${row.externalId} ${ask}`);
      this.asked.set(row.externalId, ask);
      await this.t.action(internal.clerk.refetch, { externalId: row.externalId, ask });
    }
  }

  /** No more edits, no more faults: everything that is under way arrives. */
  private async comeToRest(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      // A request that we stopped waiting for may land after everything that came later.
      if (this.late.length > 0 && this.chance() < 0.3) await this.land();
      while (this.open.length > 0) await this.finish(this.open[0] ?? fail(), false);
      this.collect();
      while (this.inbox.length > 0) await this.deliverOne();
      await this.refetch();
      const queued = await intentsOf(this.t, 'queued');
      for (const intent of queued) await this.begin(intent._id);
      this.collect();
      const quiet = queued.length === 0 && this.inbox.length === 0 && this.open.length === 0;
      if (quiet && this.late.length === 0) break;
      vi.setSystemTime(Date.now() + 10 * 60_000);
    }
    await this.checkAlways();
    await this.checkAtRest();
  }

  private async checkAlways(): Promise<void> {
    const rows = await this.rows();
    const ids = rows.map((row) => row.externalId);
    assert.equal(new Set(ids).size, ids.length, 'rule 1: one row per id');
    const owners = rows.filter(isActiveOwner).length;
    assert.ok(!this.hadOwner || owners > 0, 'rule 7: an active owner');
    this.hadOwner ||= owners > 0;
    const deletedThere = new Set(
      this.delivered
        .filter(({ event }) => event.type === 'user.deleted')
        .map(({ event }) => String((event.data as { id: string }).id)),
    );
    for (const row of rows.filter(({ externalId }) => deletedThere.has(externalId))) {
      const gone = row.deletedAt !== undefined || row.heldDeletionAt !== undefined;
      assert.ok(gone, `rule 3: ${row.externalId} stays deleted`);
    }
  }

  private async checkAtRest(): Promise<void> {
    await verifyAudit(this.t);
    const rows = await this.rows();
    for (const { externalId, deletedAt, access } of rows) {
      if (deletedAt === undefined) continue;
      assert.ok(!this.clerk.users.has(externalId), `${externalId} is deleted on both sides`);
      assert.ok((access?.state ?? 'synced') === 'synced', `${externalId}'s deletion is settled`);
    }
    for (const row of rows.filter((each) => each.deletedAt === undefined)) {
      const there = this.clerk.users.get(row.externalId);
      if (there === undefined) continue;
      const role = there.public_metadata.role;
      assert.equal(row.push.state, 'synced', `${row.externalId} is settled`);
      assert.ok(
        (row.access?.state ?? 'synced') === 'synced',
        `${row.externalId}'s access is settled`,
      );
      const banned = row.clerk.banned ?? false;
      assert.equal(banned, there.banned, `${row.externalId}: the row knows whether Clerk bans`);
      if (!this.bannedByHand.has(row.externalId))
        assert.equal(banned, !row.isActive, `${row.externalId}: same access on both sides`);
      assert.equal(row.firstName, there.first_name, `${row.externalId} has Clerk's name`);
      if (role !== undefined && !isRole(role))
        assert.equal(row.roleIssue?.raw, role, `${row.externalId} is marked`);
      else
        assert.equal(row.role, role ?? defaultRole, `${row.externalId}: same role on both sides`);
    }
    const status = await this.t.query(internal.admin.status, {});
    const states = rows.map((row) => row.state);
    assert.equal(status.counts.total, states.filter((state) => state !== 'deleted').length);
    assert.equal(status.counts.byState.deleted, states.filter((s) => s === 'deleted').length);
    for (const role of roleNames) {
      const present = rows.filter((row) => row.role === role && row.state !== 'deleted').length;
      assert.equal(status.counts.byRole[role], present, `C7: the count of ${role}`);
    }
    assert.deepEqual(status.counts.pushes, { pending: 0, failed: 0 });
    assert.ok(this.clerk.mostInFlight <= 1, 'rule 10: one request at a time');
    await this.organizations.checkAtRest();
    for (const [intent, count] of this.sent) {
      assert.ok(count <= 1 + (this.lostAnswers.get(intent) ?? 0), 'rule 6: one request per intent');
    }
  }

  private readonly gatedFetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    if (init?.method === 'GET') return await this.clerk.fetch(input, init);
    return await new Promise((resolve) => {
      this.open.push({ input, init, answer: undefined, intentId: '', resolve });
    });
  };

  private collect(): void {
    for (const event of this.clerk.events.splice(0)) this.inbox.push({ id: messageId(), event });
  }

  private async rows() {
    return await this.t.run(async (ctx) => await ctx.db.query('users').collect());
  }

  private note(step: string, act: () => void): void {
    this.steps.push(step);
    act();
  }

  private pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.chance() * items.length)];
    if (item === undefined && items.length === 0) throw new Error('nothing to pick from');
    return item as T; // within bounds: chance() < 1
  }

  private async until(condition: () => boolean): Promise<void> {
    // By the real clock, not by turns: hashing runs on other threads, which a busy machine starves.
    const endMs = realNowMs() + hangsAfterMs;
    while (realNowMs() < endMs) {
      if (condition()) return;
      await new Promise((resolve) => realImmediate(resolve));
    }
    throw new Error('the simulation hangs');
  }
}

function fail(): never {
  throw new Error('unreachable');
}
