import { facts, printable, table, when } from '../output';
import type { SyncChange, SyncRun } from '../operator-api';

const kinds = ['users', 'organizations', 'memberships'] as const;

function took(run: SyncRun): string {
  if (run.finishedAt === null || run.finishedAt === undefined) return '-';
  return `${((run.finishedAt - run.startedAt) / 1000).toFixed(1)} s`;
}

/** A4: what a run came to. */
export function runText(run: SyncRun): string {
  const dry = run.mode === 'dryRun';
  const rows = kinds
    .map((kind) => [kind, run.tallies[kind]] as const)
    .filter(([, tally]) => tally.seen > 0 || tally.removed > 0)
    .map(([kind, { seen, added, updated, unchanged, failed, removed }]) =>
      [kind, seen, added, updated, unchanged, failed, removed].map(String),
    );
  const counts = table(
    [
      '',
      'SEEN',
      dry ? 'TO ADD' : 'ADDED',
      dry ? 'TO UPDATE' : 'UPDATED',
      'UNCHANGED',
      'FAILED',
      dry ? 'TO REMOVE' : 'REMOVED',
    ],
    rows,
  );
  const pairs: [string, string][] = [
    ['Run', run._id],
    ['Status', run.failure ? `${run.status}: ${run.failure.message}` : run.status],
    ['Took', took(run)],
    ['Users', `${run.clerkUsers ?? '?'} in Clerk, ${run.convexUsers ?? '?'} here`],
    ['Missing in Clerk', String(run.missing)],
    ...(run.planHash && dry ? [['Plan', run.planHash] as [string, string]] : []),
    ...run.warnings.map((warning): [string, string] => ['Warning', warning]),
  ];
  return rows.length === 0 ? facts(pairs) : `${counts}\n\n${facts(pairs)}`;
}

export function runTable(runs: readonly SyncRun[]): string {
  return table(
    ['STARTED', 'MODE', 'BY', 'STATUS', 'TOOK', 'ADDED', 'UPDATED', 'FAILED', 'RUN'],
    runs.map((run) => {
      const sum = (name: 'added' | 'updated' | 'failed') =>
        String(kinds.reduce((total, kind) => total + run.tallies[kind][name], 0));
      return [
        when(run.startedAt),
        run.mode,
        run.trigger,
        run.status,
        took(run),
        sum('added'),
        sum('updated'),
        sum('failed'),
        run._id,
      ];
    }),
  );
}

function valueText(value: string | number | boolean | null): string {
  return value === null ? '(none)' : String(value);
}

/** The diff of a dry run, field by field: who wins and why. */
export function changeText(change: SyncChange): string {
  const head = `${change.change} ${change.kind.replace(/s$/, '')} ${printable(change.name)} (${change.externalId})`;
  const fields = change.fields.map(
    ({ field, before, after, wins, why }) =>
      `  ${field}: ${printable(valueText(before))} -> ${printable(valueText(after))} (${wins} wins: ${printable(why)})`,
  );
  return [head, ...fields].join('\n');
}
