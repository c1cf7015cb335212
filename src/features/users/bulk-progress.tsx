import { useQuery } from '@tanstack/react-query';
import { CircleCheckIcon, CircleSlashIcon, LoaderCircleIcon, XIcon } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Button } from '../../components/ui/button';
import { lazyPart } from '../../lib/lazy-part';
import { roleLabel } from '../../shared/roles';
import { bulkQuery, type BulkJob } from './queries';

// All bring what most visits never need.
const CancelBulk = lazyPart(async () => (await import('./cancel-bulk')).CancelBulk);
const UndoBulk = lazyPart(async () => (await import('./undo-bulk')).UndoBulk);
const BulkResults = lazyPart(async () => (await import('./bulk-results')).BulkResults);

/** A finished job is shown this long, unless it is put away. */
const shownAfterMs = 60 * 60_000;
const dismissedKey = 'rollcall-bulk-dismissed';

function dismissed(): string | null {
  try {
    return sessionStorage.getItem(dismissedKey);
  } catch {
    return null;
  }
}

function number(value: number): string {
  return value.toLocaleString('en');
}

export function bulkTitle({ action, total }: Pick<BulkJob, 'action' | 'total'>): string {
  const people = total === 1 ? 'one person' : `${number(total)} people`;
  switch (action.kind) {
    case 'undo':
      return `${undone[action.of]} of ${people}, taken back`;
    case 'role':
      return `Change of ${people} to ${roleLabel(action.role)}`;
    case 'deactivate':
      return `Deactivation of ${people}`;
    case 'reactivate':
      return `Reactivation of ${people}`;
  }
}

const undone = { role: 'Change of role', deactivate: 'Deactivation', reactivate: 'Reactivation' };

/** Whether anything is left to take back; what takes back is not taken back itself. */
export function canUndo({ action, changed, undoneBy, finishedAt }: BulkJob): boolean {
  return (
    action.kind !== 'undo' && changed > 0 && undoneBy === undefined && finishedAt !== undefined
  );
}

/** What came of it so far, in words: only what there is to say. */
function tally({ changed, unchanged, refused }: BulkJob): string {
  const parts = [
    `${number(changed)} changed`,
    unchanged > 0 ? `${number(unchanged)} had it already` : '',
    refused > 0 ? `${number(refused)} refused` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function state(job: BulkJob): string {
  switch (job.status) {
    case 'collecting':
      return 'Finding the people';
    case 'applying':
      return `${number(job.changed + job.unchanged + job.refused)} of ${number(job.total)} done: ${tally(job)}`;
    case 'completed':
      return `Done: ${tally(job)}`;
    case 'cancelled':
      return `Cancelled: ${tally(job)}; the others stay as they are`;
    case 'failed':
      return `Ended early, because access was lost: ${tally(job)}`;
  }
}

/** How far the viewer's bulk change is, live; with the way to end it and to its results. */
export function BulkProgress() {
  const { data: job } = useQuery(bulkQuery);
  const [hidden, setHidden] = useState<string>();
  const [results, setResults] = useState(false);
  // What is over by now does not come back when somebody opens the page hours later.
  const [openedAt] = useState(() => Date.now());
  if (!job || hidden === job._id) return null;
  const running = job.finishedAt === undefined;
  if (!running) {
    if ((job.finishedAt ?? 0) < openedAt - shownAfterMs) return null;
    if (typeof window !== 'undefined' && dismissed() === job._id) return null;
  }
  const done = job.changed + job.unchanged + job.refused;
  const dismiss = () => {
    setHidden(job._id);
    try {
      sessionStorage.setItem(dismissedKey, job._id);
    } catch {
      // Then it shows again after a reload.
    }
  };
  const Icon = running
    ? LoaderCircleIcon
    : job.status === 'completed'
      ? CircleCheckIcon
      : CircleSlashIcon;
  return (
    <section
      aria-label="Bulk change"
      className="mb-3 grid gap-2 rounded-xl border bg-card px-4 py-3 text-sm shadow-xs"
      suppressHydrationWarning
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Icon
          aria-hidden
          className={running ? 'size-4 animate-spin text-primary' : 'size-4 text-muted-foreground'}
        />
        <div className="min-w-0 flex-1">
          <p className="font-medium">{bulkTitle(job)}</p>
          <p aria-live="polite" className="text-xs text-muted-foreground">
            {state(job)}
          </p>
        </div>
        {running ? (
          <Suspense>
            <CancelBulk jobId={job._id} />
          </Suspense>
        ) : (
          <>
            {canUndo(job) && (
              <Suspense>
                <UndoBulk job={job} />
              </Suspense>
            )}
            <Button size="sm" variant="outline" onClick={() => setResults(true)}>
              See results
            </Button>
            <Button size="icon" variant="ghost" aria-label="Put away" onClick={dismiss}>
              <XIcon aria-hidden />
            </Button>
          </>
        )}
      </div>
      {running && (
        <progress
          aria-label={bulkTitle(job)}
          max={Math.max(1, job.total)}
          value={job.status === 'collecting' ? undefined : done}
          className="h-1.5 w-full overflow-hidden rounded-full accent-primary [&::-webkit-progress-bar]:bg-muted [&::-webkit-progress-value]:bg-primary [&::-webkit-progress-value]:transition-[width]"
        />
      )}
      {results && (
        <Suspense>
          <BulkResults job={job} open={results} onOpenChange={setResults} />
        </Suspense>
      )}
    </section>
  );
}
