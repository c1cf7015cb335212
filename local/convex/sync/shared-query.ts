import type { Commit, FunctionResult, Identity, Json, ReadSet, Ts } from '../engine/contract';
import { queryOutput } from './server-messages';

/** A result as it goes out; the same object as long as the result is the same. */
export interface QueryOutput {
  type: string;
  rest: string;
}

export interface QueryTarget {
  path: string;
  componentPath: string;
  args: Json;
  identity: Identity;
}

/**
 * One (function, arguments, identity) that somebody watches. Its output is exact at every
 * timestamp from `validFrom` up to, and without, `invalidAt`.
 */
export class SharedQuery {
  readonly subscribers = new Set<() => void>();
  /** Under which keys the hub lets others join. */
  readonly joinKeys = new Set<string>();
  /** The run under way, if any. */
  running: Promise<void> | undefined;
  output: QueryOutput | undefined;
  validFrom: Ts = 0n;
  /** The first commit that may have changed the result. */
  invalidAt: Ts | undefined;
  /** The code or configuration changed: the output counts for no timestamp any more. */
  isStale = true;

  #reads: ReadSet | undefined;
  #valueText = '';

  constructor(
    readonly target: QueryTarget,
    /** Where the pages of a paginated query end; see `pagination-journal`. */
    public journal: string | null,
  ) {}

  /** Nothing is known that could have changed the result. */
  isCurrent(): boolean {
    return !this.isStale && this.invalidAt === undefined;
  }

  isExactAt(ts: Ts): boolean {
    const ended = this.invalidAt !== undefined && this.invalidAt <= ts;
    return !this.isStale && this.validFrom <= ts && !ended;
  }

  /** Takes the result of a run. An unchanged one keeps its output object, and so is not resent. */
  accept(result: FunctionResult, ts: Ts, reads: ReadSet): void {
    const output = queryOutput(result, this.journal);
    const valueText = queryOutput(result, this.journal, []).rest + output.type;
    if (this.output === undefined || valueText !== this.#valueText) this.output = output;
    this.#valueText = valueText;
    this.#reads = reads;
    this.validFrom = ts;
    this.invalidAt = undefined;
    this.isStale = false;
  }

  /** Returns true when this commit ends the validity of the output. */
  noteCommit(commit: Commit): boolean {
    if (!this.#reads || !this.isCurrent() || commit.ts <= this.validFrom) return false;
    if (!this.#reads.overlaps(commit)) return false;
    this.invalidAt = commit.ts;
    return true;
  }

  notify(): void {
    for (const subscriber of this.subscribers) subscriber();
  }
}
