import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowRightIcon } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Instant } from '../../components/instant';
import { Badge } from '../../components/ui/badge';
import { LoadError } from '../../components/load-error';
import { Button } from '../../components/ui/button';
import { clerkUserUrl } from '../../lib/clerk-dashboard';
import { syncChangesKeptDays, syncDetailsKeptDays } from '../../shared/sync';
import {
  changesQuery,
  detailsPerPage,
  errorsQuery,
  missingQuery,
  type MissingPerson,
  type RunId,
  type SyncChange,
  type SyncError,
} from './queries';
import { missingLabels } from './words';

/** Most rows of one list on the page; Convex hands out no more at once. */
const rowsMax = 100;

const goneDetails = `Details are forgotten after ${syncDetailsKeptDays} days; the counts stay.`;

interface ListProps<T> {
  title: string;
  description: string;
  query: { data: { page: T[]; isDone: boolean } | undefined; error: unknown };
  numItems: number;
  onMore: () => void;
  /** What to say where the run had some and none are left. */
  gone: string;
  row: (item: T) => ReactNode;
}

function List<T extends { _id: string }>(props: ListProps<T>) {
  const { title, description, query, numItems, onMore, gone, row } = props;
  const rows = query.data?.page ?? [];
  if (query.error) return <LoadError what="list" error={query.error} className="py-6" />;
  if (query.data === undefined) return null;
  const more = query.data?.isDone === false;
  return (
    <section aria-label={title} className="grid gap-2">
      <h2 className="text-lg font-semibold tracking-tight">{title}</h2>
      <p className="text-sm text-muted-foreground">{rows.length === 0 ? gone : description}</p>
      {rows.length > 0 && (
        <ul className="divide-y overflow-hidden rounded-xl border bg-card shadow-xs">
          {rows.map((item) => (
            <li key={item._id} className="grid gap-1 px-4 py-3 text-sm wrap-anywhere">
              {row(item)}
            </li>
          ))}
        </ul>
      )}
      {more && numItems < rowsMax && (
        <Button variant="outline" size="sm" className="justify-self-start" onClick={onMore}>
          Show more
        </Button>
      )}
      {more && numItems >= rowsMax && (
        <p className="text-xs text-muted-foreground">
          These are the first {rows.length}. The command line lists them all.
        </p>
      )}
    </section>
  );
}

function useMore() {
  const [numItems, setNumItems] = useState(detailsPerPage);
  return { numItems, onMore: () => setNumItems(Math.min(rowsMax, numItems + detailsPerPage)) };
}

type Value = SyncChange['fields'][number]['before'];

function shown(field: string, value: Value): ReactNode {
  if (value === null || value === '') return 'nothing';
  return field === 'lastSignInAt' && typeof value === 'number' ? (
    <Instant at={value} />
  ) : (
    String(value)
  );
}

/** As the pages call them; what Clerk alone has is called as there. */
const fieldLabels: Record<string, string> = {
  firstName: 'First name',
  lastName: 'Last name',
  name: 'Name',
  email: 'Primary email',
  imageUrl: 'Picture',
  publicMetadata: 'Public metadata',
  role: 'Role',
  lastSignInAt: 'Last sign-in',
  banned: 'Banned in Clerk',
};

const fieldLabel = (field: string) => fieldLabels[field] ?? field;

const changeLabels = { create: 'New', update: 'Changed', delete: 'Removed' } as const;
const changeVariants = { create: 'success', update: 'secondary', delete: 'destructive' } as const;

function ChangeRow({ change }: { change: SyncChange }) {
  return (
    <>
      <p className="flex flex-wrap items-center gap-2 font-medium">
        {change.name}
        <Badge variant={changeVariants[change.change]}>{changeLabels[change.change]}</Badge>
        <span className="font-mono text-xs font-normal text-muted-foreground">
          {change.externalId}
        </span>
      </p>
      <dl className="grid gap-1.5 text-xs text-muted-foreground sm:gap-1">
        {change.fields.map(({ field, before, after, wins, why }) => (
          <div key={field} className="grid gap-x-3 gap-y-0.5 sm:grid-cols-[7rem_minmax(0,1fr)]">
            <dt className="font-medium text-foreground">{fieldLabel(field)}</dt>
            <dd className="flex flex-wrap items-center gap-x-2">
              {change.change === 'update' && (
                <>
                  <span className={wins === 'clerk' ? 'line-through' : 'font-medium'}>
                    {shown(field, before)}
                  </span>
                  <ArrowRightIcon className="size-3 shrink-0" aria-label="becomes" />
                </>
              )}
              <span className={wins === 'clerk' ? 'text-foreground' : 'line-through'}>
                {shown(field, after)}
              </span>
              <span>
                ({wins === 'clerk' ? 'Clerk' : 'Rollcall'} wins: {why})
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** What a dry run would change, field by field, who wins and why. */
export function RunChanges({ runId }: { runId: RunId }) {
  const { numItems, onMore } = useMore();
  const query = useQuery({ ...changesQuery(runId, numItems), placeholderData: keepPreviousData });
  return (
    <List
      title="What would change"
      description="Nothing of this has been written."
      gone={`Such lists hold personal data: they are forgotten after ${syncChangesKeptDays} days.`}
      query={query}
      numItems={numItems}
      onMore={onMore}
      row={(change) => <ChangeRow change={change} />}
    />
  );
}

const recordLabels = {
  users: 'User',
  organizations: 'Organization',
  memberships: 'Membership',
} as const;

/** Of a person with the way to where it can be put right. */
function RecordId({ kind, id }: Pick<SyncError, 'kind'> & { id: string }) {
  if (kind !== 'users') return <span className="ml-2 font-mono">{id}</span>;
  return (
    <a
      href={clerkUserUrl(id)}
      target="_blank"
      rel="noreferrer"
      title="Open in Clerk"
      className="ml-2 rounded-sm font-mono underline underline-offset-4 outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
    >
      {id}
    </a>
  );
}

function ErrorRow({ error }: { error: SyncError }) {
  return (
    <>
      <p className="first-letter:uppercase">{error.reason}</p>
      <p className="text-xs text-muted-foreground">
        {recordLabels[error.kind]}
        {error.externalId !== undefined && <RecordId {...error} id={error.externalId} />}
      </p>
    </>
  );
}

/** Requirement A4: every record that failed, with its reason. */
export function RunErrors({ runId }: { runId: RunId }) {
  const { numItems, onMore } = useMore();
  const query = useQuery({ ...errorsQuery(runId, numItems), placeholderData: keepPreviousData });
  return (
    <List
      title="Failed records"
      description="The rest went on without them. Running again tries them again."
      gone={goneDetails}
      query={query}
      numItems={numItems}
      onMore={onMore}
      row={(error) => <ErrorRow error={error} />}
    />
  );
}

function MissingRow({ person }: { person: MissingPerson }) {
  return (
    <>
      <p className="flex flex-wrap items-center gap-2">
        <Link
          to="/admin/users/$id"
          params={{ id: person.userId }}
          className="rounded-sm font-medium underline-offset-4 outline-none hover:underline focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          {person.name || person.externalId}
        </Link>
        <Badge variant={person.state === 'confirmed' ? 'warning' : 'outline'}>
          {missingLabels[person.state]}
        </Badge>
      </p>
      <p className="text-xs text-muted-foreground">
        {[person.email, person.why].filter(Boolean).join(' · ')}
      </p>
    </>
  );
}

/** Requirements A4, A7: people here whom Clerk did not list. A sync leaves them alone. */
export function RunMissing({ runId }: { runId: RunId }) {
  const { numItems, onMore } = useMore();
  const query = useQuery({ ...missingQuery(runId, numItems), placeholderData: keepPreviousData });
  return (
    <List
      title="Here, but not in Clerk"
      description="A sync deletes nobody. Each was looked up in Clerk by id as well."
      gone={goneDetails}
      query={query}
      numItems={numItems}
      onMore={onMore}
      row={(person) => <MissingRow person={person} />}
    />
  );
}
