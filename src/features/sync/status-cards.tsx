import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Instant } from '../../components/instant';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { peopleQuery, type SyncStatus } from './queries';
import { count } from './words';

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

function Drift({ drift }: Pick<SyncStatus, 'drift'>) {
  if (!drift) {
    return (
      <Figure label="Differences" value="–">
        Nobody has looked yet
      </Figure>
    );
  }
  const words = drift.users === 0 ? 'In step' : count(drift.users, 'user differs', 'users differ');
  const value =
    drift.repaired && drift.users > 0
      ? count(drift.users, 'user differed', 'users differed')
      : words;
  return (
    <Figure label="Differences" value={value}>
      {drift.repaired && drift.users > 0 ? 'Put right ' : 'As of '}
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
      <Drift drift={drift} />
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
