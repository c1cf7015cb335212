import type { Ts } from '../engine/contract';
import type { Outgoing } from './outgoing';
import type { QueryHub } from './query-hub';
import type { QuerySet } from './query-set';
import { transitionMessage, type StateVersion } from './server-messages';

export interface TransitionSource {
  hub: QueryHub;
  queries: QuerySet;
  outgoing: Outgoing;
  /** The versions of what has been received, or nothing when no transition may be sent now. */
  versions(): { querySet: number; identity: number } | undefined;
  onError(error: unknown): void;
}

/** Runs of what changed before the whole set is run side by side, to meet at one snapshot. */
const patientAttempts = 2;

/**
 * Keeps one client's view up to date. Each transition starts at the version where the last one
 * ended, and carries the results of all queries of the set at exactly `endVersion.ts`.
 */
export class TransitionPump {
  /** Client's clock minus ours, in ms. */
  clockSkewMs: number | undefined;

  /** What the client was last told. */
  #told: StateVersion = { querySet: 0, identity: 0, ts: 0n };
  #minTs: Ts = 0n;
  /** A transition must be sent even when no result changed. */
  #isOwed = false;
  #isPumping = false;
  #hasNews = false;

  constructor(private readonly source: TransitionSource) {}

  /** The next transition must be at `ts` or later: what the client has seen or done itself. */
  raise(ts: Ts): void {
    if (ts > this.#minTs) this.#minTs = ts;
  }

  /** The client waits for a transition, whether or not results change. */
  owe(): void {
    this.#isOwed = true;
    this.wake();
  }

  /** Something may have changed. */
  wake(): void {
    this.#hasNews = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#pump().catch((error: unknown) => this.source.onError(error));
  }

  async #pump(): Promise<void> {
    try {
      while (this.#hasNews && this.source.versions()) {
        this.#hasNews = false;
        await this.source.outgoing.ready();
        await this.#converge();
      }
    } finally {
      // In the same turn as the last check of `#hasNews`: no wake-up can fall in between.
      this.#isPumping = false;
    }
  }

  async #converge(): Promise<void> {
    const { hub, queries } = this.source;
    for (let attempt = 0; this.source.versions(); attempt += 1) {
      const all = queries.all();
      const due = attempt < patientAttempts ? all.filter((query) => !query.isCurrent()) : all;
      if (due.length > 0) await Promise.all(due.map((query) => hub.refresh(query)));
      await hub.reach(this.#earliest());
      const ts = this.#exactTs();
      if (ts !== undefined) {
        this.#send(ts);
        return;
      }
    }
  }

  /** A timestamp at which every output is exact: now, or else the earliest possible. */
  #exactTs(): Ts | undefined {
    const { hub, queries } = this.source;
    const earliest = this.#earliest();
    if (earliest > hub.ts) return undefined;
    return [hub.ts, earliest].find((ts) => queries.isExactAt(ts));
  }

  #earliest(): Ts {
    const bounds = [this.source.queries.newestValidFrom(), this.#told.ts, this.#minTs];
    return bounds.reduce((a, b) => (a > b ? a : b));
  }

  #send(ts: Ts): void {
    const versions = this.source.versions();
    if (!versions) return;
    const modifications = this.source.queries.takeModifications();
    if (modifications.length === 0 && !this.#isOwed) return;
    const end = { ...versions, ts };
    this.source.outgoing.send(
      transitionMessage({
        start: this.#told,
        end,
        modifications,
        ...(this.clockSkewMs !== undefined && { clockSkewMs: this.clockSkewMs }),
      }),
    );
    this.#told = end;
    this.#isOwed = false;
  }
}
