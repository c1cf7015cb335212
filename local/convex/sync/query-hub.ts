import type { Commit, Engine, Ts } from '../engine/contract';
import { newRequestId } from '../http/context';
import type { FunctionCalls } from '../http/function-calls';
import { argsWithJournal, journalAfter } from './pagination-journal';
import { SharedQuery, type QueryTarget } from './shared-query';

/** How often we yield to the engine for a commit it has settled but not yet announced. */
const turnsToHearMax = 50;

/**
 * All watched queries of the deployment. Equal ones are run once for everybody; after a commit
 * only those run again whose reads it touched, and only when a subscriber asks.
 */
export class QueryHub {
  readonly #all = new Set<SharedQuery>();
  /** Where a new subscriber may join. */
  readonly #joinable = new Map<string, SharedQuery>();
  /** Commits heard since the oldest run under way began: a run may end with an older snapshot. */
  #heardDuringRuns: Commit[] = [];
  /** Of each run under way, oldest first, what had been announced when it began. */
  readonly #runs = new Set<{ startedTs: Ts }>();
  #deploys = 0;
  #ts: Ts;
  readonly #undo: (() => void)[];

  constructor(
    engine: Engine,
    private readonly calls: FunctionCalls,
  ) {
    this.#ts = engine.currentTs();
    this.#undo = [
      engine.onCommit((commit) => this.#noteCommit(commit)),
      engine.onDeploy(() => this.#noteDeploy()),
    ];
  }

  /** How many commits are held for runs under way. */
  get heardCommits(): number {
    return this.#heardDuringRuns.length;
  }

  /** Everything committed up to here has been held against every output. */
  get ts(): Ts {
    return this.#ts;
  }

  subscribe(target: QueryTarget, journal: string | null, onChange: () => void): SharedQuery {
    const key = keyOf(target, journal);
    let query = this.#joinable.get(key);
    if (!query) {
      query = new SharedQuery(target, journal);
      query.joinKeys.add(key);
      this.#joinable.set(key, query);
      this.#all.add(query);
    }
    query.subscribers.add(onChange);
    return query;
  }

  unsubscribe(query: SharedQuery, onChange: () => void): void {
    query.subscribers.delete(onChange);
    if (query.subscribers.size > 0) return;
    this.#all.delete(query);
    for (const key of query.joinKeys) this.#joinable.delete(key);
  }

  /** Runs the query at the newest snapshot; joins a run already under way. */
  refresh(query: SharedQuery): Promise<void> {
    query.running ??= this.#run(query).finally(() => {
      query.running = undefined;
    });
    return query.running;
  }

  /** Waits until `ts`, the snapshot of a settled result, has been announced. */
  async reach(ts: Ts): Promise<void> {
    for (let turn = 0; this.#ts < ts && turn < turnsToHearMax; turn += 1) {
      await new Promise(setImmediate);
    }
    // A snapshot without a commit of its own: there is nothing to hear.
    if (this.#ts < ts) this.#ts = ts;
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#all.clear();
    this.#joinable.clear();
  }

  async #run(query: SharedQuery): Promise<void> {
    const { target } = query;
    const deploys = this.#deploys;
    const run = { startedTs: this.#ts };
    this.#runs.add(run);
    try {
      const { result, ts, reads } = await this.calls.query({
        path: target.path,
        componentPath: target.componentPath,
        args: argsWithJournal(target.args, query.journal),
        identity: target.identity,
        requestId: newRequestId(),
      });
      this.#pin(query, journalAfter(target.args, result, query.journal));
      query.accept(result, ts, reads);
      for (const commit of this.#heardDuringRuns) this.#hold(query, commit);
      if (deploys !== this.#deploys) query.isStale = true;
    } finally {
      this.#runs.delete(run);
      this.#forgetHeard();
    }
  }

  /** Runs overlap without a pause under load, so what none of them needs goes after each. */
  #forgetHeard(): void {
    const [oldest] = this.#runs;
    this.#heardDuringRuns = oldest
      ? this.#heardDuringRuns.filter(({ ts }) => ts > oldest.startedTs)
      : [];
  }

  /** A page whose end is now fixed; others with the same extent may join it. */
  #pin(query: SharedQuery, journal: string | null): void {
    if (journal === query.journal) return;
    query.journal = journal;
    const key = keyOf(query.target, journal);
    if (this.#joinable.has(key)) return;
    this.#joinable.set(key, query);
    query.joinKeys.add(key);
  }

  #noteCommit(commit: Commit): void {
    if (commit.ts > this.#ts) this.#ts = commit.ts;
    if (this.#runs.size > 0) this.#heardDuringRuns.push(commit);
    for (const query of this.#all) this.#hold(query, commit);
  }

  #hold(query: SharedQuery, commit: Commit): void {
    if (!query.noteCommit(commit)) return;
    // Who asks for an open page from now on gets one of the size asked for, not this one's extent.
    const openKey = keyOf(query.target, null);
    if (query.journal !== null && query.joinKeys.delete(openKey)) this.#joinable.delete(openKey);
    query.notify();
  }

  #noteDeploy(): void {
    this.#deploys += 1;
    for (const query of this.#all) {
      query.isStale = true;
      query.notify();
    }
  }
}

function keyOf(
  { path, componentPath, args, identity }: QueryTarget,
  journal: string | null,
): string {
  return JSON.stringify([path, componentPath, args, identity, journal]);
}
