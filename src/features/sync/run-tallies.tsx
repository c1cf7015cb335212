import { ScrollRegion } from '../../components/scroll-region';
import { Table, TableCell, TableHead, TableRow } from '../../components/ui/table';
import { syncKinds, syncOutcomes } from '../../shared/sync';
import type { SyncRun } from './queries';
import { kindLabels, outcomeHints, outcomeLabels, sumOf } from './words';

const always: readonly string[] = ['added', 'updated', 'unchanged', 'failed'];

/** Requirement A4: what became of every record; the columns of a row add up to its first number, Removed apart. */
export function RunTallies({ run }: { run: SyncRun }) {
  const outcomes = syncOutcomes.filter(
    (outcome) => always.includes(outcome) || sumOf(run.tallies, outcome) > 0,
  );
  const kinds = syncKinds.filter(
    (kind) => run.scope.only === undefined || run.scope.only === kind || run.tallies[kind].seen > 0,
  );
  return (
    <ScrollRegion label="Counts" className="rounded-xl border bg-card shadow-xs">
      <Table aria-label="Records by outcome">
        <thead className="border-b bg-muted/50">
          <tr>
            <TableHead>{run.mode === 'dryRun' ? 'Would be' : 'Records'}</TableHead>
            <TableHead
              className="text-right"
              title="What Clerk’s list had, as far as it has been read"
            >
              Read
            </TableHead>
            {outcomes.map((outcome) => (
              <TableHead key={outcome} className="text-right" title={outcomeHints[outcome]}>
                {outcomeLabels[outcome]}
              </TableHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <TableRow key={kind}>
              <th scope="row" className="px-3 py-2.5 text-left font-medium">
                {kindLabels[kind]}
              </th>
              <TableCell className="text-right tabular-nums">
                {run.tallies[kind].seen.toLocaleString('en')}
              </TableCell>
              {outcomes.map((outcome) => (
                <TableCell key={outcome} className="text-right tabular-nums">
                  {run.tallies[kind][outcome].toLocaleString('en')}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </tbody>
      </Table>
    </ScrollRegion>
  );
}
