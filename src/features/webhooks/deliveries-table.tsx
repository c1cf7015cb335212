import { TriangleAlertIcon } from 'lucide-react';
import { EntityLink } from './entity-link';
import { Instant } from '../../components/instant';
import { Table, TableCell, TableHead, TableRow } from '../../components/ui/table';
import { cn } from '../../lib/cn';
import { OutcomeBadge } from '../../components/outcome-badge';
import type { DeliveryRow } from './queries';

interface DeliveriesTableProps {
  rows: DeliveryRow[];
  stale: boolean;
  onOpen: (id: string) => void;
}

function Row({ row, onOpen }: { row: DeliveryRow; onOpen: (id: string) => void }) {
  return (
    <TableRow className="max-md:grid max-md:gap-1.5 max-md:p-3">
      <TableCell className="max-md:p-0 md:min-w-66">
        <button
          type="button"
          onClick={() => onOpen(row._id)}
          className="grid justify-items-start rounded-sm text-left outline-none hover:underline focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          <span className="sr-only">Open </span>
          <span className="font-medium wrap-anywhere">{row.type}</span>
          <span className="font-mono text-xs wrap-anywhere text-muted-foreground">
            {row.svixId}
          </span>
        </button>
      </TableCell>
      <TableCell className="max-md:p-0 md:max-w-64">
        <EntityLink row={row} />
      </TableCell>
      <TableCell className="max-md:p-0">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <OutcomeBadge outcome={row.outcome} />
          {row.alarm && (
            <span className="text-destructive">
              <TriangleAlertIcon className="size-4" aria-hidden />
              <span className="sr-only">Alarm</span>
            </span>
          )}
          {row.repeats > 0 && (
            <span className="text-xs text-muted-foreground">
              came {row.repeats === 1 ? 'once more' : `${row.repeats} times more`}
            </span>
          )}
          {row.why && (
            <span className="basis-full text-xs text-pretty text-muted-foreground">{row.why}</span>
          )}
          {row.replay && (
            <span className="basis-full text-xs text-muted-foreground">
              Replayed: {row.replay.outcome}
            </span>
          )}
        </span>
      </TableCell>
      <TableCell className="text-xs text-muted-foreground max-md:p-0">
        <Instant at={row.receivedAt} />
      </TableCell>
    </TableRow>
  );
}

/** Deliveries of one page; on a phone each row becomes a card. */
export function DeliveriesTable({ rows, stale, onOpen }: DeliveriesTableProps) {
  return (
    <Table
      aria-label="Deliveries"
      aria-busy={stale}
      className={cn('transition-opacity max-md:block', stale && 'opacity-60')}
    >
      <thead className="border-b bg-muted/50 max-md:sr-only">
        <tr>
          <TableHead>Event</TableHead>
          <TableHead>About</TableHead>
          <TableHead>Outcome</TableHead>
          <TableHead>Received</TableHead>
        </tr>
      </thead>
      <tbody className="max-md:block">
        {rows.map((row) => (
          <Row key={row._id} row={row} onOpen={onOpen} />
        ))}
      </tbody>
    </Table>
  );
}
