import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowLeftIcon, CheckIcon, PlayIcon, SearchXIcon, TriangleAlertIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { ErrorCodeLink } from '../../components/error-code-link';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { Badge } from '../../components/ui/badge';
import { Button, buttonVariants } from '../../components/ui/button';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { Skeleton } from '../../components/ui/skeleton';
import { errorBodyOf } from '../../lib/coded-error';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { useResume, useStart } from './commands';
import { runQuery, type SyncRun } from './queries';
import { RunChanges, RunErrors, RunMissing } from './run-details';
import { RunProgress } from './run-progress';
import { RunRemovals } from './run-removals';
import { RunSweep } from './run-sweep';
import { RunTallies } from './run-tallies';
import {
  count,
  duration,
  isOpen,
  scopeOf,
  starterOf,
  statusLabels,
  statusVariant,
  sumOf,
  triggerLabels,
} from './words';

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="text-sm font-medium">{children}</dd>
    </div>
  );
}

function Facts({ run }: { run: SyncRun }) {
  return (
    <Card aria-label="About this sync">
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-6">
        <Fact label="Started by">{starterOf(run)}</Fact>
        <Fact label="From">{triggerLabels[run.trigger]}</Fact>
        <Fact label="Started">
          <Instant at={run.startedAt} />
        </Fact>
        <Fact label="Took">
          {run.finishedAt === undefined ? '–' : duration(run.finishedAt - run.startedAt)}
        </Fact>
        <Fact label="Users in Clerk">{run.clerkUsers?.toLocaleString('en') ?? '–'}</Fact>
        <Fact label="Users here">{run.convexUsers?.toLocaleString('en') ?? '–'}</Fact>
      </dl>
      <p className="text-xs text-muted-foreground">
        {run.key === 'pasted' ? 'With a pasted key' : 'With the key of this installation'},{' '}
        {count(run.requests, 'request', 'requests')} to Clerk
        {run.limited > 0 && `, slowed down ${count(run.limited, 'time', 'times')}`}
        {run.resumed > 0 && `, resumed ${count(run.resumed, 'time', 'times')}`}.
      </p>
    </Card>
  );
}

function Failure({ run, mayRun }: { run: SyncRun; mayRun: boolean }) {
  const resume = useResume();
  if (!run.failure && !run.resumable) return null;
  return (
    <Card
      role={run.failure ? 'alert' : undefined}
      aria-label="What stopped it"
      className="flex-row flex-wrap items-start gap-3"
    >
      <TriangleAlertIcon className="size-5 shrink-0 text-destructive" aria-hidden />
      <div className="grid min-w-0 flex-1 basis-60 gap-1.5">
        <CardTitle>{run.failure?.message ?? 'This sync stopped before its end'}</CardTitle>
        <CardDescription>
          What was saved before stays.{' '}
          {run.resumable ? 'It can go on where it stopped.' : 'Running again catches up.'}{' '}
          {run.failure && <ErrorCodeLink code={run.failure.code} />}
        </CardDescription>
      </div>
      {run.resumable && mayRun && (
        <Button size="sm" busy={resume.isPending} onClick={() => resume.mutate({ runId: run._id })}>
          <PlayIcon aria-hidden /> Resume
        </Button>
      )}
    </Card>
  );
}

/** A dry run's plan can be carried out exactly as it stands, or not at all. */
function Plan({ run, mayRun }: { run: SyncRun; mayRun: boolean }) {
  const start = useStart();
  if (run.mode !== 'dryRun' || run.status !== 'completed' || run.planHash === undefined) {
    return null;
  }
  const changes = ['added', 'updated', 'removed'] as const;
  if (changes.every((outcome) => sumOf(run.tallies, outcome) === 0)) {
    return (
      <Card aria-label="Plan" className="flex-row items-center gap-3">
        <CheckIcon className="size-5 shrink-0 text-success" aria-hidden />
        <CardTitle>Both sides are in step: there is nothing to apply.</CardTitle>
      </Card>
    );
  }
  return (
    <Card aria-label="Plan" className="flex-row flex-wrap items-start gap-3">
      <div className="grid min-w-0 flex-1 basis-60 gap-1.5">
        <CardTitle>
          Plan <code className="font-mono text-xs break-all">{run.planHash}</code>
        </CardTitle>
        <CardDescription>
          Applying it does exactly what is listed here, or nothing where either side has changed
          meanwhile.
        </CardDescription>
        {start.error && (
          <p role="alert" className="text-sm text-destructive">
            {errorBodyOf(start.error).message}{' '}
            <ErrorCodeLink code={errorBodyOf(start.error).code} />
          </p>
        )}
      </div>
      {mayRun && (
        <Button
          size="sm"
          busy={start.isPending}
          onClick={() => start.mutate({ ...run.scope, mode: 'apply', planHash: run.planHash })}
        >
          <CheckIcon aria-hidden /> Apply this plan
        </Button>
      )}
    </Card>
  );
}

function Warnings({ run }: { run: SyncRun }) {
  if (run.warnings.length === 0) return null;
  return (
    <Card aria-label="Warnings" className="gap-2">
      <CardTitle className="flex items-center gap-2">
        <TriangleAlertIcon className="size-4 text-warning" aria-hidden /> To know
      </CardTitle>
      <ul className="grid list-disc gap-1 pl-5 text-sm text-muted-foreground">
        {run.warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </Card>
  );
}

function Run({ run }: { run: SyncRun }) {
  const viewer = useViewer();
  const mayRun = canSometimes(actorOf(viewer), 'sync:run');
  return (
    <>
      <PageHeader title={scopeOf(run)} description={<Instant at={run.startedAt} />}>
        <Badge variant={statusVariant(run)}>{statusLabels[run.status]}</Badge>
      </PageHeader>
      <div className="grid gap-6">
        {isOpen(run) && <RunProgress run={run} mayRun={mayRun} />}
        <Failure run={run} mayRun={mayRun} />
        <Plan run={run} mayRun={mayRun} />
        <RunRemovals run={run} />
        <Facts run={run} />
        <Warnings run={run} />
        <RunTallies run={run} />
        {run.changesKept > 0 && <RunChanges runId={run._id} />}
        {run.errorsKept > 0 && <RunErrors runId={run._id} />}
        <RunSweep run={run} />
        {run.unseen > 0 && <RunMissing runId={run._id} />}
      </div>
    </>
  );
}

function Unknown({ message }: { message: string }) {
  return (
    <Notice level={1} role="alert" icon={<SearchXIcon aria-hidden />} title="There is no such sync">
      <p>{message}</p>
      <Link to="/admin/sync" className={buttonVariants()}>
        All syncs
      </Link>
    </Notice>
  );
}

/** Requirements A4, A5: one run, live while it goes on, and what came of it. */
export function RunPage({ runId }: { runId: string }) {
  const { data: run, error } = useQuery(runQuery(runId));
  const content = () => {
    if (error) return <LoadError what="sync" error={error} level={1} />;
    if (run === undefined) {
      return (
        <output aria-label="Loading the sync" className="grid gap-6">
          <Skeleton className="h-10 w-60" />
          <Skeleton className="h-40 rounded-xl" />
          <Skeleton className="h-40 rounded-xl" />
        </output>
      );
    }
    return run === null ? (
      <Unknown message="It may have been of another installation." />
    ) : (
      <Run run={run} />
    );
  };
  return (
    <>
      <Link
        to="/admin/sync"
        className="mb-4 inline-flex items-center gap-1 rounded-md text-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50"
      >
        <ArrowLeftIcon className="size-4" aria-hidden /> All syncs
      </Link>
      {content()}
    </>
  );
}
