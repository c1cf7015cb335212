import assert from 'node:assert/strict';
import { ownerRole, roleNames } from '../../../src/shared/roles';
import { api, as, codeOf, deliver, internal } from '../convex-calls';
import { type ClerkEnvelope, type RawClerkUser, rawUser } from '../fake-clerk';
import { random } from '../random';
import { commitChecks } from './commit-checks';
import type { Deployment } from './deployment';
import { InvitationSimulation } from './invitations';
import { OrganizationSimulation } from './organizations';
import { OutboxDriver } from './outbox-driver';
import { applyPeople, confirmRemovals, reconcile, syncOnce } from './reconcile';
import { checkAtRest, type Expectations, rowsOf } from './rest-checks';

interface Message {
  id: string;
  event: ClerkEnvelope;
}

export interface SimulationOptions {
  seed: number;
  ids: readonly string[];
  /** Of all steps between edits and sign-ins, which part deactivates or reactivates: 0 to 0.18. */
  accessShare?: number;
  /** Which part of all steps is a script that changes everybody's role in Clerk. */
  scriptShare?: number;
  /** Which part of all steps takes back a decision about access whose request got lost. */
  lateShare?: number;
  /** Which part of all steps is about invitations. */
  inviteShare?: number;
  /** Which part of all steps is about edits of one time; nobody is banned by hand then. */
  tieShare?: number;
}

/** Few, so that both sides happen to choose the same. */
const firstNames = ['Ann', 'Bea', 'Cleo', 'Dora'];

/** What a decision may answer; anything else is a bug. */
const refusals = ['LAST_OWNER', 'USER_DELETED', 'USER_NOT_FOUND'];
const refusalsOfPanel = [
  ...refusals,
  'FORBIDDEN',
  'ACCOUNT_NOT_READY',
  'ACCOUNT_INACTIVE',
  'SELF_CHANGE',
  'NOTHING_TO_RETRY',
];

/**
 * One deployment and one Clerk under a random schedule: edits on both sides, sign-ins, deletions,
 * webhooks late, twice, out of order and never, requests whose answers are late, lost or errors,
 * workers that die, an outage, and edits of one millisecond. Every step is chosen by the seed.
 */
export class SyncSimulation {
  readonly steps: string[] = [];
  private readonly chance: () => number;
  private readonly inbox: Message[] = [];
  private readonly delivered: Message[] = [];
  private readonly asked = new Map<string, number>();
  private readonly expected: Expectations = { bannedByHand: new Set(), metadata: new Map() };
  private readonly deletedInClerk = new Set<string>();
  private readonly organizations: OrganizationSimulation;
  private readonly outbox: OutboxDriver;
  private readonly invitations: InvitationSimulation;
  private readonly accessShare: number;
  private readonly ids: readonly string[];
  private messages = 0;
  /** Every webhook arrives at last. */
  private losesNothing = false;
  private readonly pages: RawClerkUser[][] = [];

  constructor(
    private readonly world: Deployment,
    private readonly options: SimulationOptions,
  ) {
    const { seed, ids, accessShare = 0.08 } = options;
    this.ids = ids;
    this.accessShare = accessShare;
    this.chance = random(seed);
    this.organizations = new OrganizationSimulation(world.t, world.clerk);
    const { chance } = this;
    const note = (step: string) => void this.steps.push(step);
    this.invitations = new InvitationSimulation({
      world,
      chance,
      note,
      somebody: async () => await this.somebody(),
      signUp: (id, metadata) => this.signUp(id, metadata),
    });
    this.outbox = new OutboxDriver(world, chance, note, this.invitations.fetch);
    if (world.memory) world.memory.onCommit = commitChecks();
  }

  async run(steps: number): Promise<void> {
    await this.begin();
    for (let i = 0; i < steps; i++) {
      this.world.setNow(Date.now() + Math.floor(this.chance() * 1_500));
      await this.step();
      this.collect();
      await this.checkAlways();
    }
    await this.comeToRest();
    await checkAtRest(this.world, this.expected);
    await this.organizations.checkAtRest();
    await this.invitations.checkAtRest();
    this.outbox.checkRequests();
  }

  private async step(): Promise<void> {
    const id = this.pick(this.ids);
    if (this.chance() < 0.12) {
      this.steps.push(this.organizations.step(id, this.chance));
      return;
    }
    if (this.chance() < (this.options.inviteShare ?? 0.05)) return await this.invitations.step();
    if (this.chance() < (this.options.scriptShare ?? 0)) return await this.script();
    if (this.chance() < (this.options.lateShare ?? 0)) return await this.changeMind(id);
    if (this.chance() < (this.options.tieShare ?? 0)) return await this.tieUp(id);
    const roll = this.chance();
    if (roll < 0.14) this.editInClerk(id);
    else if (roll < 0.15) this.deleteInClerk(id);
    else if (roll < 0.33) await this.deliverOne();
    else if (roll < 0.36) await this.page();
    else if (roll < 0.4) await this.signIn(id);
    else if (roll < 0.64 - this.accessShare) await this.decide(id);
    else if (roll < 0.64) await this.decideAccess(id);
    else if (roll < 0.76) await this.outbox.startOne();
    else if (roll < 0.88) await this.outbox.advance();
    else if (roll < 0.92) await this.refetch();
    else if (roll < 0.93) await this.decideBrakes();
    else if (roll < 0.95) this.dropOne();
    else if (roll < 0.96) await this.watch();
    else if (roll < 0.965) await this.sync();
    else this.note('tie', () => (this.world.clerk.tie = true));
  }

  /** Most schedules begin with everybody known on both sides: with nobody there little happens. */
  private async begin(): Promise<void> {
    this.losesNothing = this.chance() < 0.4;
    this.create('boss', 'superadmin');
    if (this.chance() < 0.25) return;
    for (const id of this.ids) {
      if (id !== 'boss') this.create(id, this.chance() < 0.4 ? this.pick(roleNames) : undefined);
    }
    this.collect();
    while (this.inbox.length > 0) await this.deliverOne();
  }

  private create(id: string, role?: string): void {
    const [public_metadata, private_metadata] = [{ team: `${id}'s` }, { billing: { plan: 1 } }];
    this.expected.metadata.set(id, { public_metadata, private_metadata });
    const roleHere = role === undefined ? {} : { role };
    this.world.clerk.create(
      rawUser(id, { public_metadata: { ...public_metadata, ...roleHere }, private_metadata }),
    );
  }

  /** Whoever follows an invitation begins with the metadata that it gives. */
  private signUp(id: string, public_metadata: Record<string, unknown>): void {
    this.expected.metadata.set(id, { public_metadata: {}, private_metadata: {} });
    this.world.clerk.create(rawUser(id, { public_metadata }));
  }

  private editInClerk(id: string): void {
    const { clerk } = this.world;
    if (!clerk.users.has(id)) {
      if (this.deletedInClerk.has(id)) return;
      const role = this.chance() < 0.5 ? this.pick(roleNames) : undefined;
      this.note(`create ${id} ${role}`, () => this.create(id, role));
    } else if (this.chance() < 0.25) {
      this.note(`rename ${id}`, () => clerk.rename(id, this.pick(firstNames)));
    } else if (this.chance() < 0.1) {
      this.note(`edit the metadata of ${id}`, () => this.editMetadata(id));
    } else if (this.chance() < 0.06 && this.options.tieShare === undefined) {
      const banned = this.chance() < 0.5;
      this.expected.bannedByHand.add(id);
      this.note(`ban ${id} by hand: ${banned}`, () => clerk.setBanned(id, banned));
    } else {
      const role = this.pick([...roleNames, ...roleNames, 'czar', null]);
      this.note(`edit ${id} ${role}`, () => clerk.edit(id, { role }));
    }
  }

  /** Two edits of one time, or what comes of them. */
  private async tieUp(id: string): Promise<void> {
    if (this.chance() < 0.15) return await this.answerOldQuestion(id);
    if (this.chance() < 0.15) return await this.overtake(id);
    const roll = this.chance();
    if (roll < 0.4) {
      this.note('tie', () => (this.world.clerk.tie = true));
      this.editInClerk(id);
    } else if (roll < 0.7) await this.deliverOne();
    else if (roll < 0.9) await this.refetch();
    else await this.outbox.advance();
  }

  /** Three states of one time, and the answer to the first question comes after that to the second. */
  private async answerOldQuestion(id: string): Promise<void> {
    const { clerk } = this.world;
    if (!clerk.users.has(id)) return;
    const [first = '', ...names] = this.threeNames();
    this.note(`rename ${id}`, () => clerk.rename(id, first));
    await this.deliverNewest();
    for (const [i, name] of names.entries()) {
      const hold = i === 0;
      clerk.tie = true;
      this.note(`rename ${id} in a tie`, () => clerk.rename(id, name));
      await this.deliverNewest();
      await this.refetch(hold);
    }
    await this.outbox.finishRead();
  }

  /**
   * Three different ones: a name that is changed and changed back in one millisecond, with our
   * question answered in between, stays wrong until the next sync (docs/proofs.md).
   */
  private threeNames(): string[] {
    const left = [...firstNames];
    return Array.from({ length: 3 }, () => {
      const [name = ''] = left.splice(Math.floor(this.chance() * left.length), 1);
      return name;
    });
  }

  /** Last of all, so that nothing later covers up what came of it. */
  private async endInTie(): Promise<void> {
    const id = this.pick(this.ids);
    if (this.chance() < 0.5) await this.answerOldQuestion(id);
    else await this.overtake(id);
    await this.drain();
  }

  /** A request that was given up lands between a later one and its answer. */
  private async overtake(id: string): Promise<void> {
    await this.changeMind(id);
    if (!(await this.outbox.carryOutAccess(id))) return;
    this.world.clerk.tie = this.chance() < 0.5;
    await this.outbox.land();
    this.world.clerk.tie = false;
    if (this.chance() < 0.8) await this.deliverNewest();
    await this.outbox.answerOf(id);
    if (this.chance() < 0.5) await this.refetch();
  }

  private async deliverNewest(): Promise<void> {
    this.collect();
    const message = this.inbox.pop();
    if (message !== undefined) await this.deliver(message);
  }

  /** Keys that are none of ours. */
  private editMetadata(id: string): void {
    const [team, plan] = [`T${Math.floor(this.chance() * 99)}`, Math.floor(this.chance() * 9)];
    const change = [
      { team, role_hint: 'x' },
      { billing: { plan }, rollcall_notes: team },
    ] as const;
    const [public_metadata, private_metadata] = change;
    this.expected.metadata.set(id, { public_metadata, private_metadata });
    this.world.clerk.edit(id, public_metadata, private_metadata);
  }

  private deleteInClerk(id: string): void {
    if (!this.world.clerk.users.has(id)) return;
    this.deletedInClerk.add(id);
    this.note(`delete ${id}`, () => this.world.clerk.delete(id));
  }

  private async deliverOne(): Promise<void> {
    const again = this.chance() < 0.15 && this.delivered.length > 0;
    const pool = again ? this.delivered : this.inbox;
    if (pool.length === 0) return;
    const index = Math.floor(this.chance() * pool.length);
    const [message] = again ? [pool[index]] : pool.splice(index, 1);
    if (message !== undefined) await this.deliver(message);
  }

  private async deliver(message: Message): Promise<void> {
    this.steps.push(`deliver ${message.id} ${message.event.type}`);
    const response = await deliver(this.world.t, message.event, { id: message.id });
    assert.equal(response.status, 200);
    this.delivered.push(message);
  }

  /** A sync finds everything again. */
  private dropOne(): void {
    if (this.losesNothing) return;
    const [message] = this.inbox.splice(Math.floor(this.chance() * this.inbox.length), 1);
    if (message === undefined) return;
    this.steps.push(`drop ${message?.id} ${message?.event.type}`);
  }

  /** Only people whom Clerk knows, or knew until a moment ago, hold a token. */
  private async signIn(id: string): Promise<void> {
    if (!this.world.clerk.users.has(id) && !this.deletedInClerk.has(id)) return;
    this.steps.push(`sign in ${id}`);
    const code = await codeOf(as(this.world.t, id).mutation(api.users.store, {}));
    assert.ok(['no error', 'ACCOUNT_INACTIVE'].includes(code), code);
  }

  /** A script edits everybody's role; the webhooks of it come as all others do. */
  private async script(): Promise<void> {
    const role = this.pick(roleNames);
    this.steps.push(`a script makes everybody ${role} in Clerk`);
    for (const id of this.world.clerk.users.keys()) this.world.clerk.edit(id, { role });
    this.collect();
    for (let i = 0; i < 8; i++) await this.deliverOne();
  }

  /** Superadmins or the operator decide about what the brake holds. */
  private async decideBrakes(): Promise<void> {
    const { t } = this.world;
    for (const { _id, state } of await t.query(internal.brakes.listAll, {})) {
      if (state === 'open') {
        const decision = this.pick(['confirm', 'reject'] as const);
        this.steps.push(`${decision} ${_id}`);
        await t.mutation(internal.brakes.decideByOperator, { brakeId: _id, decision });
      }
      await t.mutation(internal.brakes.carryOut, { brakeId: _id });
    }
  }

  /** A page of people read from Clerk, applied now or much later: what a full sync does. */
  private async page(): Promise<void> {
    if (this.pages.length === 0 || this.chance() < 0.5) {
      this.steps.push('read a page');
      this.pages.push(structuredClone([...this.world.clerk.users.values()]));
      return;
    }
    this.steps.push('apply a page');
    await applyPeople(this.world.t, this.pages.shift() ?? []);
  }

  private async rename(id: string): Promise<void> {
    const userId = await this.rowId(id);
    if (userId === undefined) return;
    const [by, firstName] = [await this.somebody(), this.pick(firstNames)];
    this.steps.push(`${by}: name ${id} ${firstName}`);
    const attempt = as(this.world.t, by).mutation(api.users.updateName, {
      userId,
      firstName,
      lastName: 'Lee',
    });
    this.expectCode(await codeOf(attempt), refusalsOfPanel);
  }

  /** By the operator, or by somebody in the panel who may be anybody. */
  private async decide(id: string): Promise<void> {
    if (this.chance() < 0.15) return await this.rename(id);
    const role = this.pick(roleNames);
    const target = this.chance() < 0.5 ? await this.rowId(id) : undefined;
    if (target === undefined) {
      this.steps.push(`operator: ${id} ${role}`);
      const attempt = this.world.t.mutation(internal.admin.setRole, { idOrEmail: id, role });
      this.expectCode(await codeOf(attempt), refusals);
      return;
    }
    const by = await this.somebody();
    this.steps.push(`${by}: ${id} ${role}`);
    const attempt = as(this.world.t, by).mutation(api.users.updateRole, { userId: target, role });
    this.expectCode(await codeOf(attempt), refusalsOfPanel);
  }

  private async decideAccess(id: string): Promise<void> {
    const { t } = this.world;
    const verb = this.chance() < 0.04 ? 'remove' : this.pick(['deactivate', 'reactivate'] as const);
    const target = this.chance() < 0.4 ? await this.rowId(id) : undefined;
    const by = await this.somebody();
    this.steps.push(`${target ? by : 'operator'}: ${verb} ${id}`);
    const attempt =
      target === undefined
        ? t.mutation(internal.admin[verb], { idOrEmail: id })
        : as(t, by).mutation(api.users[verb], { userId: target });
    const code = await codeOf(attempt);
    this.expectCode(code, target === undefined ? refusals : refusalsOfPanel);
    if (code !== 'no error') return;
    if (verb === 'remove') this.deletedInClerk.add(id);
    if (verb === 'reactivate') return;
    const call = codeOf(as(t, id).query(api.users.stats, {}));
    assert.equal(await call, 'ACCOUNT_INACTIVE', `rule 9: ${id} is cut off at once`);
  }

  /** A decision whose request gets lost, to land any time later, and the opposite one at once. */
  private async changeMind(id: string): Promise<void> {
    const isActive = (await rowsOf(this.world.t)).some(
      (row) => row.externalId === id && row.isActive,
    );
    const verbs = isActive
      ? (['deactivate', 'reactivate'] as const)
      : (['reactivate', 'deactivate'] as const);
    for (const verb of verbs) {
      this.steps.push(`operator: ${verb} ${id}`);
      const attempt = this.world.t.mutation(internal.admin[verb], { idOrEmail: id });
      this.expectCode(await codeOf(attempt), refusals);
      if (verb === verbs[0]) await this.outbox.loseAccess(id);
    }
  }

  /** Who sits at the panel: mostly one who may decide, sometimes anybody. */
  private async somebody(): Promise<string> {
    const owners = (await rowsOf(this.world.t)).filter((row) => row.role === ownerRole);
    const ids = owners.map(({ externalId }) => externalId);
    return this.pick(this.chance() < 0.8 && ids.length > 0 ? ids : [...this.ids, 'boss']);
  }

  private async rowId(id: string) {
    return (await rowsOf(this.world.t)).find(({ externalId }) => externalId === id)?._id;
  }

  private expectCode(code: string, allowed: readonly string[]): void {
    assert.ok(code === 'no error' || allowed.includes(code), `answered ${code}`);
    if (code !== 'no error') this.steps.push(`  ${code}`);
  }

  private async watch(): Promise<void> {
    this.steps.push('minutes pass');
    await this.outbox.timeOut();
    this.world.setNow(Date.now() + 200_000);
    await this.world.t.mutation(internal.maintenance.watchOutbox, {});
  }

  private async sync(): Promise<void> {
    // After a while nothing is too new to be gone.
    if (this.chance() < 0.5) this.world.setNow(Date.now() + 15 * 60_000);
    this.steps.push('a full sync');
    await syncOnce(this.world.t);
    if (this.chance() < 0.5) await confirmRemovals(this.world.t);
  }

  private async refetch(hold?: boolean): Promise<void> {
    await this.organizations.refetch();
    for (const row of await rowsOf(this.world.t)) {
      const ask = row.clerk.refetch ?? 0;
      if (ask === 0 || this.asked.get(row.externalId) === ask) continue;
      this.steps.push(`refetch ${row.externalId} ${ask}`);
      this.asked.set(row.externalId, ask);
      const run = this.world.t.action(internal.clerk.refetch, { externalId: row.externalId, ask });
      await this.outbox.read(run, hold);
    }
  }

  /** No more edits, no more faults: everything that is under way arrives, then one reconcile. */
  private async comeToRest(): Promise<void> {
    await this.drain();
    for (const page of this.pages.splice(0)) await applyPeople(this.world.t, page);
    await this.decideBrakes();
    await this.drain();
    if (this.options.tieShare !== undefined) await this.endInTie();
    await this.checkWithoutSync();
    this.steps.push('reconcile');
    // Longer ago than what a run takes for too new to be missing.
    this.world.setNow(Date.now() + 60 * 60_000);
    await reconcile(this.world);
    await this.drain();
    // What was lost may be a mass change as well.
    await this.decideBrakes();
    await this.drain();
    await this.checkAlways();
  }

  /** Where every webhook has arrived and nothing was given up, no sync is needed. */
  private async checkWithoutSync(): Promise<void> {
    if (!this.losesNothing) return;
    const { counts } = await this.world.t.query(internal.admin.status, {});
    if (counts.pushes.failed > 0) return;
    await checkAtRest(this.world, this.expected);
    await this.organizations.checkAtRest();
  }

  private async drain(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      const isBusy = await this.invitations.settle();
      await this.outbox.settle();
      this.collect();
      while (this.inbox.length > 0) await this.deliverOne();
      await this.refetch();
      this.collect();
      // What came may be a reason to send something again.
      if (
        !isBusy &&
        !(await this.outbox.hasWork()) &&
        this.inbox.length === 0 &&
        this.outbox.isIdle
      )
        return;
      this.world.setNow(Date.now() + 10 * 60_000);
    }
    throw new Error('it does not come to rest');
  }

  private async checkAlways(): Promise<void> {
    const { unsound } = this.world.memory ?? {};
    if (unsound !== undefined) throw unsound;
    await this.outbox.checkNothingForgotten();
    const deletedThere = new Set(
      this.delivered
        .filter(({ event }) => event.type === 'user.deleted')
        .map(({ event }) => String((event.data as { id: string }).id)),
    );
    for (const row of await rowsOf(this.world.t)) {
      if (!deletedThere.has(row.externalId)) continue;
      const gone = row.deletedAt !== undefined || row.heldDeletionAt !== undefined;
      assert.ok(gone, `rule 3: ${row.externalId} stays deleted`);
    }
  }

  private collect(): void {
    for (const event of this.world.clerk.events.splice(0)) {
      this.messages += 1;
      this.inbox.push({ id: `msg_${this.messages}`, event });
    }
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
}
