import { Link } from '@tanstack/react-router';
import { HistoryIcon } from 'lucide-react';
import { Instant } from '../../components/instant';
import { Notice } from '../../components/notice';
import { ScrollRegion } from '../../components/scroll-region';
import { Badge } from '../../components/ui/badge';
import { Table, TableCell, TableHead, TableRow } from '../../components/ui/table';
import type { SyncRun } from './queries';
import {
  duration,
  failedOf,
  isOpen,
  scopeOf,
  starterOf,
  statusLabels,
  statusVariant,
  sumOf,
} from './words';

const numbers = ['added', 'updated', 'unchanged'] as const;

function HistoryRow({ run }: { run: SyncRun }) {
  return (
    <TableRow>
      <TableCell>
        <Link
          to="/admin/sync/$run"
          params={{ run: run._id }}
          className="font-medium underline-offset-4 outline-none hover:underline focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          <Instant at={run.startedAt} />
        </Link>
        <p className="text-xs text-muted-foreground">{scopeOf(run)}</p>
      </TableCell>
      <TableCell>
        <Badge variant={statusVariant(run)}>{statusLabels[run.status]}</Badge>
      </TableCell>
      <TableCell className="max-w-40 truncate">{starterOf(run)}</TableCell>
      {numbers.map((outcome) => (
        <TableCell key={outcome} className="text-right tabular-nums">
          {sumOf(run.tallies, outcome).toLocaleString('en')}
        </TableCell>
      ))}
      <TableCell className="text-right tabular-nums">
        {failedOf(run.tallies).toLocaleString('en')}
      </TableCell>
      <TableCell className="text-right whitespace-nowrap tabular-nums">
        {run.finishedAt === undefined || isOpen(run)
          ? '–'
          : duration(run.finishedAt - run.startedAt)}
      </TableCell>
    </TableRow>
  );
}

/** Requirement A5: every run there was, newest first. */
export function History({ runs, stale }: { runs: SyncRun[]; stale: boolean }) {
  if (runs.length === 0) {
    return (
      <Notice icon={<HistoryIcon aria-hidden />} title="No sync has run yet">
        <p>The first one brings in everybody who is in Clerk already.</p>
      </Notice>
    );
  }
  return (
    <ScrollRegion label="Runs">
      <Table aria-label="Past syncs" aria-busy={stale}>
        <thead className="border-b bg-muted/50">
          <tr>
            <TableHead>Started</TableHead>
            <TableHead>Status</TableHead>
            <TableHead>By</TableHead>
            <TableHead className="text-right">Added</TableHead>
            <TableHead className="text-right">Updated</TableHead>
            <TableHead className="text-right">Unchanged</TableHead>
            <TableHead className="text-right">Failed</TableHead>
            <TableHead className="text-right">Took</TableHead>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <HistoryRow key={run._id} run={run} />
          ))}
        </tbody>
      </Table>
    </ScrollRegion>
  );
}
