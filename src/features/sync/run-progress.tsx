import { LoaderCircleIcon, OctagonXIcon } from 'lucide-react';
import { Button } from '../../components/ui/button';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { useCancel } from './commands';
import type { SyncRun } from './queries';
import { count, duration, phaseLabels, scopeOf, starterOf } from './words';

/** Part of the bar that is filled, 0 to 100; a total that grew meanwhile never overfills it. */
function percentOf({ done, total }: SyncRun): number {
  return total === 0 ? 0 : Math.min(100, Math.round((100 * done) / total));
}

function Bar({ run }: { run: SyncRun }) {
  const percent = percentOf(run);
  return (
    <progress
      aria-label="Progress of the sync"
      max={100}
      value={percent}
      className="h-2 w-full appearance-none overflow-hidden rounded-full bg-muted [&::-moz-progress-bar]:bg-primary [&::-webkit-progress-bar]:bg-muted [&::-webkit-progress-value]:rounded-full [&::-webkit-progress-value]:bg-primary [&::-webkit-progress-value]:transition-[width] [&::-webkit-progress-value]:duration-300 motion-reduce:[&::-webkit-progress-value]:transition-none"
    >
      {percent} %
    </progress>
  );
}

/** Less than a second is over before it is read. */
function isWorthSaying(timeLeftMs: number | null): timeLeftMs is number {
  return timeLeftMs !== null && timeLeftMs >= 1_000;
}

function factsOf(run: SyncRun): string[] {
  return [
    phaseLabels[run.phase],
    `${run.done.toLocaleString('en')} of ${run.total.toLocaleString('en')}`,
    ...(run.rate > 0 ? [`${count(Math.round(run.rate), 'record', 'records')} per second`] : []),
    ...(isWorthSaying(run.timeLeftMs) ? [`about ${duration(run.timeLeftMs)} left`] : []),
    ...(run.limited > 0 ? [`Clerk asked to slow down ${count(run.limited, 'time', 'times')}`] : []),
  ];
}

/** Requirement A5: a run that goes on, live, whoever started it. */
export function RunProgress({ run, mayRun }: { run: SyncRun; mayRun: boolean }) {
  const cancel = useCancel();
  const stopping = run.cancelRequested || cancel.isPending;
  return (
    <Card aria-label="Running sync">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="grid gap-1.5">
          <CardTitle className="flex items-center gap-2">
            <LoaderCircleIcon
              className="size-4 animate-spin text-primary motion-reduce:animate-none"
              aria-hidden
            />
            {stopping
              ? 'Cancelling'
              : run.status === 'queued'
                ? 'About to start'
                : 'Sync is running'}
          </CardTitle>
          <CardDescription>
            {scopeOf(run)}, started by {starterOf(run)}
            {run.resumed > 0 && `, resumed ${count(run.resumed, 'time', 'times')}`}
          </CardDescription>
        </div>
        {mayRun && (
          <Button
            variant="outline"
            size="sm"
            disabled={stopping}
            onClick={() => cancel.mutate({ runId: run._id })}
          >
            <OctagonXIcon aria-hidden /> Cancel
          </Button>
        )}
      </div>
      <Bar run={run} />
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted-foreground tabular-nums">
        {factsOf(run).map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
    </Card>
  );
}
