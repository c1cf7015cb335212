import type { FunctionReturnType } from 'convex/server';
import { ChevronRightIcon, TriangleAlertIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { api } from '../../../convex/_generated/api';
import { Badge } from '../ui/badge';
import { Instant } from '../instant';
import { PartyLink } from './party-link';
import { sentenceOf } from './sentences';

export type AuditEntry = FunctionReturnType<typeof api.audit.list>['page'][number];
type Facts = NonNullable<AuditEntry['before']>;

const sourceLabels: Record<AuditEntry['source'], string> = {
  default: 'Default',
  console: 'Console',
  clerk: 'Clerk',
  api: 'API',
  cli: 'Command line',
  bootstrap: 'Bootstrap',
  store: 'First sign-in',
  system: 'Rollcall',
};

export function sourceLabel(source: AuditEntry['source']): string {
  return sourceLabels[source];
}

function Sentence({ entry }: { entry: AuditEntry }) {
  const { verb, rest = '', noTarget } = sentenceOf(entry);
  // A comma or colon belongs to the word before it.
  const gap = rest === '' || /^[:,]/.test(rest) ? '' : ' ';
  return (
    <p className="min-w-0 text-sm text-pretty wrap-anywhere">
      <PartyLink party={entry.actor} /> {verb}
      {noTarget ? '' : ' '}
      {!noTarget && <PartyLink party={entry.target} />}
      {gap}
      {rest}
    </p>
  );
}

function value(fact: Facts[string] | undefined): ReactNode {
  if (fact === undefined) return <span className="text-muted-foreground">not said</span>;
  if (fact === null) return <span className="text-muted-foreground">nothing</span>;
  return Array.isArray(fact) ? fact.join(', ') : String(fact);
}

function FactsTable({ before, after }: { before?: Facts; after?: Facts }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (names.length === 0) return null;
  const columns = [
    ...(before ? [{ label: 'Before', facts: before }] : []),
    ...(after ? [{ label: before ? 'After' : 'Value', facts: after }] : []),
  ];
  return (
    <table className="w-full max-w-2xl table-fixed text-xs">
      <thead className="text-left text-muted-foreground">
        <tr>
          <th scope="col" className="w-1/4 py-1 pr-3 font-medium">
            <span className="sr-only">What</span>
          </th>
          {columns.map(({ label }) => (
            <th key={label} scope="col" className="py-1 pr-3 font-medium">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="align-top">
        {names.map((name) => (
          <tr key={name} className="border-t">
            <th scope="row" className="py-1 pr-3 text-left font-mono font-normal wrap-anywhere">
              {name}
            </th>
            {columns.map(({ label, facts }) => (
              <td key={label} className="py-1 pr-3 wrap-anywhere">
                {value(facts[name])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 gap-2">
      <dt className="shrink-0 text-muted-foreground">{label}</dt>
      <dd className="min-w-0 font-mono wrap-anywhere">{children}</dd>
    </div>
  );
}

interface EntryProps {
  entry: AuditEntry;
  /** Ways to narrow the list to what this entry is about. */
  actions?: ReactNode;
}

/** One entry of the audit log: a sentence, and on demand everything it says. */
export function Entry({ entry, actions }: EntryProps) {
  return (
    <li className="border-b px-4 py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <div className="flex min-w-0 flex-1 basis-64 items-start gap-2">
          {entry.alarm && (
            <span className="text-destructive">
              <TriangleAlertIcon className="mt-0.5 size-4 shrink-0" aria-hidden />
              <span className="sr-only">Alarm:</span>
            </span>
          )}
          <Sentence entry={entry} />
        </div>
        <span className="flex items-center gap-3 text-xs text-muted-foreground">
          <Badge variant="outline">{sourceLabel(entry.source)}</Badge>
          <Instant at={entry.at} />
        </span>
      </div>
      <details className="group mt-0.5">
        <summary className="inline-flex cursor-pointer list-none items-center gap-1 rounded-sm text-xs text-muted-foreground outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50 [&::-webkit-details-marker]:hidden">
          <ChevronRightIcon
            className="size-3.5 transition-transform group-open:rotate-90"
            aria-hidden
          />
          Details
          <span className="sr-only"> of entry {entry.seq}</span>
        </summary>
        <div className="mt-2 grid gap-3 rounded-lg bg-muted/60 p-3">
          <FactsTable
            {...(entry.before && { before: entry.before })}
            {...(entry.after && { after: entry.after })}
          />
          <dl className="grid gap-x-6 gap-y-1 text-xs sm:grid-cols-2">
            <Fact label="Entry">{entry.seq}</Fact>
            <Fact label="Action">{entry.action}</Fact>
            <Fact label="Actor">{entry.actor.ref}</Fact>
            <Fact label="Target">{entry.target.ref}</Fact>
            <Fact label="Request">{entry.correlationId}</Fact>
            <Fact label="Hash">{entry.hash.slice(0, 16)}…</Fact>
          </dl>
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </div>
      </details>
    </li>
  );
}
