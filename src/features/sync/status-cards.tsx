import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Instant } from '../../components/instant';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { peopleQuery, runQuery, type SyncStatus } from './queries';
import { count, driftWords } from './words';

interface FigureProps {
  label: string;
  value: ReactNode;
  children: ReactNode;
}

function Figure({ label, value, children }: FigureProps) {
  return (
    <Card aria-label={label} className="gap-2">
      <CardTitle className="text-muted-foreground">{label}</CardTitle>
      <p className="text-2xl font-semibold tracking-tight tabular-nums">{value}</p>
      <CardDescription>{children}</CardDescription>
    </Card>
  );
}

function asCount(number: number | null | undefined): string {
  return number === null || number === undefined ? '–' : number.toLocaleString('en');
}

function Drift({ drift, last }: Pick<SyncStatus, 'drift' | 'last'>) {
  if (!drift) {
    return (
      <Figure label="Differences" value="–">
        Nobody has looked yet
      </Figure>
    );
  }
  return <Differences drift={drift} last={last} />;
}

interface DifferencesProps {
  drift: NonNullable<SyncStatus['drift']>;
  last: SyncStatus['last'];
}

function Differences({ drift, last }: DifferencesProps) {
  const { data } = useQuery(runQuery(drift.runId));
  // Mostly the newest run, which is here with the first HTML.
  const { value, about } = driftWords(drift, data ?? (last?._id === drift.runId ? last : null));
  return (
    <Figure label="Differences" value={value}>
      {about}{' '}
      <Link
        to="/admin/sync/$run"
        params={{ run: drift.runId }}
        className="underline underline-offset-4 hover:text-foreground"
      >
        <Instant at={drift.at} />
      </Link>
    </Figure>
  );
}

/** Requirement A4: both sides side by side, Clerk's as the last run found it. */
export function StatusCards({ status }: { status: SyncStatus }) {
  const { last, drift, lastCompletedAt } = status;
  const { data: people } = useQuery(peopleQuery);
  const when = last?.finishedAt ?? last?.startedAt;
  return (
    <section aria-label="State" className="grid gap-4 min-[26rem]:grid-cols-2 xl:grid-cols-4">
      <Figure label="Users in Clerk" value={asCount(last?.clerkUsers)}>
        {last ? (
          <>
            As of the sync of <Instant at={when} />
          </>
        ) : (
          'Not asked yet'
        )}
      </Figure>
      <Figure label="Users here" value={asCount(people?.total)}>
        {last && last.missing > 0
          ? `${count(last.missing, 'is', 'are')} gone from Clerk`
          : 'Now, without the deleted'}
      </Figure>
      <Drift drift={drift} last={last} />
      <Figure
        label="Last completed"
        value={
          <span className="text-lg">
            <Instant at={lastCompletedAt ?? undefined} />
          </span>
        }
      >
        {lastCompletedAt === null ? 'Start the first one below' : 'Dry runs count too'}
      </Figure>
    </section>
  );
}
