import type { Identity, Ts } from '../engine/contract';
import { argumentOf, type AddQuery } from './client-messages';
import type { QueryHub } from './query-hub';
import { queryChanged, queryRemoved } from './server-messages';
import type { QueryOutput, SharedQuery } from './shared-query';

interface Entry {
  add: AddQuery;
  query: SharedQuery;
  /** What the client has. */
  sent: QueryOutput | undefined;
}

/** The queries that one client watches, and what it has been told of them. */
export class QuerySet {
  readonly #entries = new Map<number, Entry>();
  #removed: number[] = [];

  constructor(
    private readonly hub: QueryHub,
    private readonly onChange: () => void,
  ) {}

  /** Returns false when the id is already in use. */
  add(add: AddQuery, identity: Identity): boolean {
    if (this.#entries.has(add.queryId)) return false;
    this.#removed = this.#removed.filter((queryId) => queryId !== add.queryId);
    const query = this.#subscribe(add, add.journal ?? null, identity);
    this.#entries.set(add.queryId, { add, query, sent: undefined });
    return true;
  }

  /** Removing what is not there is fine: the client may have raced itself. */
  remove(queryId: number): void {
    const entry = this.#entries.get(queryId);
    if (!entry) return;
    this.hub.unsubscribe(entry.query, this.onChange);
    this.#entries.delete(queryId);
    this.#removed.push(queryId);
  }

  /** Watches the same queries as somebody else. */
  changeIdentity(identity: Identity): void {
    for (const entry of this.#entries.values()) {
      const before = entry.query;
      entry.query = this.#subscribe(entry.add, before.journal, identity);
      if (entry.query !== before) this.hub.unsubscribe(before, this.onChange);
    }
  }

  /** Stops watching, but remembers what for. */
  suspend(): void {
    for (const { query } of this.#entries.values()) this.hub.unsubscribe(query, this.onChange);
  }

  all(): SharedQuery[] {
    return [...this.#entries.values()].map((entry) => entry.query);
  }

  /** The newest start of validity among the outputs. */
  newestValidFrom(): Ts {
    let newest = 0n;
    for (const { query } of this.#entries.values()) {
      if (query.validFrom > newest) newest = query.validFrom;
    }
    return newest;
  }

  isExactAt(ts: Ts): boolean {
    for (const { query } of this.#entries.values()) {
      if (!query.isExactAt(ts)) return false;
    }
    return true;
  }

  /** Printed modifications that bring the client up to date; counts them as sent. */
  takeModifications(): string[] {
    const modifications = this.#removed.map(queryRemoved);
    this.#removed = [];
    for (const [queryId, entry] of this.#entries) {
      const { output } = entry.query;
      if (output === undefined || entry.sent === output) continue;
      // Another identity's run may have come to the very same result.
      if (entry.sent?.rest !== output.rest || entry.sent.type !== output.type) {
        modifications.push(queryChanged(queryId, output));
      }
      entry.sent = output;
    }
    return modifications;
  }

  #subscribe(add: AddQuery, journal: string | null, identity: Identity): SharedQuery {
    const target = {
      path: add.udfPath,
      componentPath: add.componentPath ?? '',
      args: argumentOf(add.args),
      identity,
    };
    return this.hub.subscribe(target, journal, this.onChange);
  }
}
