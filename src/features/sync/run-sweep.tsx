import { UserXIcon } from 'lucide-react';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Instant } from '../../components/instant';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { Button } from '../../components/ui/button';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { anOwner, ownerInText } from '../../shared/roles';
import { useSweep, useSweepDecisions } from './commands';
import type { Sweep, SyncRun } from './queries';
import { count, sweepLabels } from './words';

/** The button and its question. Nothing happens at once: the sweep waits, and can be called off. */
function AskForSweep({ run }: { run: SyncRun }) {
  const [open, setOpen] = useState(false);
  const sweep = useSweep();
  const people = count(run.missing, 'person', 'people');
  return (
    <>
      <Button variant="outline" size="sm" onClick={() => setOpen(true)}>
        <UserXIcon aria-hidden /> Deactivate {people}
      </Button>
      <ConfirmDialog
        title={`Deactivate ${people} whom Clerk does not have?`}
        confirm="Deactivate after the wait"
        destructive
        command={sweep}
        onConfirm={() => sweep.mutate({ runId: run._id }, { onSuccess: () => setOpen(false) })}
        open={open}
        onOpenChange={setOpen}
      >
        <AlertDialogDescription>
          First it waits ten minutes, in which it can be called off. Then Clerk is asked for each
          person once more, and who is still not there loses access here. Nobody is deleted, the
          last {ownerInText} stays, and all of it can be undone exactly. When it is many, a second{' '}
          {ownerInText} has to confirm first.
        </AlertDialogDescription>
      </ConfirmDialog>
    </>
  );
}

function SweepButtons({ sweep, isRequester }: { sweep: Sweep; isRequester: boolean }) {
  const { confirm, cancel, restore } = useSweepDecisions();
  const isPending = confirm.isPending || cancel.isPending || restore.isPending;
  const target = { sweepId: sweep._id };
  const waits = sweep.state === 'awaitingConfirmation' || sweep.state === 'held';
  return (
    <div className="flex flex-wrap gap-2">
      {sweep.state === 'awaitingConfirmation' && !isRequester && (
        <Button size="sm" busy={isPending} onClick={() => confirm.mutate(target)}>
          Confirm deactivating {count(sweep.people, 'person', 'people')}
        </Button>
      )}
      {waits && (
        <Button variant="outline" size="sm" busy={isPending} onClick={() => cancel.mutate(target)}>
          Call it off
        </Button>
      )}
      {sweep.state === 'done' && sweep.swept > 0 && (
        <Button variant="outline" size="sm" busy={isPending} onClick={() => restore.mutate(target)}>
          Undo
        </Button>
      )}
    </div>
  );
}

function progressOf(sweep: Sweep): string {
  const parts = [
    `${count(sweep.people, 'person', 'people')}, without a second ${ownerInText} at most ${sweep.limit}`,
    ...(sweep.swept > 0 ? [`${sweep.swept} deactivated`] : []),
    ...(sweep.spared > 0 ? [`${sweep.spared} left alone`] : []),
    ...(sweep.restored > 0 ? [`${sweep.restored} restored`] : []),
  ];
  return parts.join(' · ');
}

/** Requirement A7: deactivating who is gone from Clerk is an act of its own, confirmed and undoable. */
export function RunSweep({ run }: { run: SyncRun }) {
  const viewer = useViewer();
  const { sweep } = run;
  if (!canSometimes(actorOf(viewer), 'brakes:decide')) return null;
  const over = sweep === null || sweep.state === 'cancelled' || sweep.state === 'restored';
  const askable = over && run.mode === 'apply' && run.missing > 0;
  if (sweep === null && !askable) return null;
  return (
    <Card aria-label="Sweep" className="flex-row flex-wrap items-start gap-3">
      <div className="grid min-w-0 flex-1 basis-60 gap-1.5">
        <CardTitle>
          {sweep ? sweepLabels[sweep.state] : 'Gone from Clerk, still active here'}
        </CardTitle>
        <CardDescription>
          {sweep
            ? progressOf(sweep)
            : `A sync leaves them alone. Deactivating them is up to ${anOwner}.`}
          {sweep?.state === 'held' && sweep.holdUntil !== undefined && (
            <>
              {' '}
              · begins at <Instant at={sweep.holdUntil} />
            </>
          )}
        </CardDescription>
      </div>
      {askable && <AskForSweep run={run} />}
      {sweep && (
        <SweepButtons
          sweep={sweep}
          isRequester={sweep.requestedBy === `user:${viewer.externalId}`}
        />
      )}
    </Card>
  );
}
