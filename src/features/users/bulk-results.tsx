import { convexQuery } from '@convex-dev/react-query';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../../convex/_generated/api';
import { LoadError } from '../../components/load-error';
import { Pager } from '../../components/pager';
import type { Position } from '../../lib/page-trail';
import { Dialog, DialogContent, DialogTitle } from '../../components/ui/dialog';
import { NativeSelect } from '../../components/ui/native-select';
import { Skeleton } from '../../components/ui/skeleton';
import { errorCodes, type ErrorCode } from '../../shared/error-codes';
import type { BulkOutcome } from '../../shared/bulk';
import { bulkTitle } from './bulk-progress';
import type { BulkJob } from './queries';

const labels: Record<BulkOutcome, string> = {
  queued: 'Not done',
  changed: 'Changed',
  unchanged: 'Had it already',
  refused: 'Refused',
};

const all = 'all';
const options: { value: BulkOutcome | typeof all; label: string }[] = [
  { value: all, label: 'Everybody' },
  { value: 'refused', label: labels.refused },
  { value: 'changed', label: labels.changed },
  { value: 'unchanged', label: labels.unchanged },
  { value: 'queued', label: labels.queued },
];

const perPage = 50;

function reason(code: string | undefined): string {
  if (code === undefined) return '';
  return code in errorCodes ? errorCodes[code as ErrorCode].text : code;
}

interface BulkResultsProps {
  job: BulkJob;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** What became of each person of a bulk change. */
export function BulkResults({ job, open, onOpenChange }: BulkResultsProps) {
  const [outcome, setOutcome] = useState<BulkOutcome | typeof all>(
    job.refused > 0 ? 'refused' : all,
  );
  const [position, setPosition] = useState<Position>({});
  const query = useQuery(
    convexQuery(api.bulk.results, {
      jobId: job._id,
      ...(outcome !== all && { outcome }),
      paginationOpts: { numItems: perPage, cursor: position.cursor ?? null },
    }),
  );
  const rows = query.data?.page ?? [];
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-lg">
        <DialogTitle>{bulkTitle(job)}</DialogTitle>
        <NativeSelect
          label="Outcome"
          value={outcome}
          options={options}
          onChange={(next) => {
            setOutcome(next);
            setPosition({});
          }}
        />
        {query.isPending && <Skeleton className="h-24" />}
        {query.error && <LoadError error={query.error} what="results" className="py-4" />}
        {query.data && rows.length === 0 && (
          <p className="py-6 text-center text-sm text-muted-foreground">Nobody.</p>
        )}
        {/* A list that scrolls must be reachable by keyboard. */}
        <ul
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
          tabIndex={0}
          aria-label="Results"
          className="grid max-h-80 gap-px overflow-y-auto rounded-md outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          {rows.map(({ userId, user, outcome: was, code }) => (
            <li key={userId} className="flex items-baseline justify-between gap-3 py-1.5 text-sm">
              <span className="min-w-0">
                <span className="block truncate font-medium">{user?.name ?? 'Erased person'}</span>
                <span className="block truncate text-xs text-muted-foreground">
                  {user?.email ?? 'No email'}
                </span>
              </span>
              <span className="max-w-56 shrink-0 text-right text-xs text-pretty text-muted-foreground">
                {labels[was]}
                {code && `: ${reason(code)}`}
              </span>
            </li>
          ))}
        </ul>
        {(position.page !== undefined || query.data?.isDone === false) && (
          <Pager
            position={position}
            nextCursor={query.data?.isDone === false ? query.data.continueCursor : undefined}
            listKey={outcome}
            onMove={setPosition}
          />
        )}
      </DialogContent>
    </Dialog>
  );
}
