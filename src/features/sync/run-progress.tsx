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
    <div
      role="progressbar"
      aria-label="Progress of the sync"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={`${percent} %, ${phaseLabels[run.phase]}`}
      className="h-2 overflow-hidden rounded-full bg-muted"
    >
      <div
        className="h-full rounded-full bg-primary transition-[width] duration-300 motion-reduce:transition-none"
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}

function factsOf(run: SyncRun): string[] {
  return [
    phaseLabels[run.phase],
    `${run.done.toLocaleString('en')} of ${run.total.toLocaleString('en')}`,
    ...(run.rate > 0 ? [`${count(Math.round(run.rate), 'record', 'records')} per second`] : []),
    ...(run.timeLeftMs !== null ? [`about ${duration(run.timeLeftMs)} left`] : []),
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
