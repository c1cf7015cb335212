import type { CronSpec, Json } from './contract';
import type { Store } from '../store/contract';
import type { LiveCode } from './live-code';

const cronsBucket = 'crons';

interface CronRow {
  /** The spec it ran as: a changed one starts anew. */
  spec: string;
  lastRunMs: number;
}

/** When each cron ran last; kept across restarts and pushes that leave the cron unchanged. */
export class CronRuns {
  readonly #rows = new Map<string, CronRow>();

  constructor(
    private readonly store: Store,
    saved: readonly { key: string; value: Json }[],
  ) {
    // Written below.
    for (const { key, value } of saved) this.#rows.set(key, value as unknown as CronRow);
  }

  static bucket = cronsBucket;

  lastRunMs(cron: CronSpec): number | undefined {
    const row = this.#rows.get(keyOf(cron));
    return row?.spec === specOf(cron) ? row.lastRunMs : undefined;
  }

  async record(cron: CronSpec, atMs: number): Promise<void> {
    const row: CronRow = { spec: specOf(cron), lastRunMs: atMs };
    await this.store.write((tx) => tx.system.set(cronsBucket, keyOf(cron), { ...row }));
    this.#rows.set(keyOf(cron), row);
  }
}

export function cronsOf(code: LiveCode | undefined): CronSpec[] {
  return [...(code?.components() ?? [])].flatMap(({ path: componentPath, pushed }) =>
    (pushed.analysis['crons.js']?.crons ?? []).map(({ name, path, args, schedule }) => ({
      componentPath,
      name,
      path,
      args,
      schedule,
    })),
  );
}

function keyOf({ componentPath, name }: CronSpec): string {
  return `${componentPath}|${name}`;
}

function specOf({ path, args, schedule }: CronSpec): string {
  return JSON.stringify([path, args, schedule]);
}
