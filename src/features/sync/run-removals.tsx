import { Trash2Icon } from 'lucide-react';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { Button } from '../../components/ui/button';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { anOwner } from '../../shared/roles';
import { mirrorKinds } from '../../shared/sync';
import { useConfirmRemovals } from './commands';
import type { SyncRun } from './queries';
import { count } from './words';

function heldText(run: SyncRun): string {
  const { organizations, memberships } = run.removals;
  return [
    ...(organizations?.held ? [count(organizations.held, 'organization', 'organizations')] : []),
    ...(memberships?.held ? [count(memberships.held, 'membership', 'memberships')] : []),
  ].join(' and ');
}

function AskForRemoval({ run }: { run: SyncRun }) {
  const [open, setOpen] = useState(false);
  const confirm = useConfirmRemovals();
  const what = heldText(run);
  return (
    <>
      <Button variant="outline" size="sm" onClick={() => setOpen(true)}>
        <Trash2Icon aria-hidden /> Remove {what}
      </Button>
      <ConfirmDialog
        title={`Remove ${what} that Clerk did not list?`}
        confirm="Remove what Clerk denies"
        destructive
        command={confirm}
        onConfirm={() => confirm.mutate({ runId: run._id }, { onSuccess: () => setOpen(false) })}
        open={open}
        onOpenChange={setOpen}
      >
        <AlertDialogDescription>
          Clerk is asked for each of them once more. What it denies is removed here for good, the
          members of an organization with it, as when its webhook had arrived. What Clerk has after
          all stays. Nobody loses their account or their role.
        </AlertDialogDescription>
      </ConfirmDialog>
    </>
  );
}

/** Organizations and memberships that a brake kept: too many at once, or an empty list. */
export function RunRemovals({ run }: { run: SyncRun }) {
  const viewer = useViewer();
  const kinds = mirrorKinds.flatMap((kind) => run.removals[kind] ?? []);
  if (!kinds.some(({ held }) => held > 0)) return null;
  const isConfirmed = kinds.some(({ confirmedBy }) => confirmedBy !== undefined);
  const isStarter = run.actor === `user:${viewer.externalId}`;
  const mayDecide = canSometimes(actorOf(viewer), 'brakes:decide') && !isStarter;
  const isEmpty = kinds.some(({ brake }) => brake === 'empty');
  return (
    <Card aria-label="Gone from Clerk" className="flex-row flex-wrap items-start gap-3">
      <div className="grid min-w-0 flex-1 basis-60 gap-1.5">
        <CardTitle>{heldText(run)} may be gone from Clerk</CardTitle>
        <CardDescription>
          {isConfirmed
            ? 'Confirmed: Clerk is being asked for each of them once more.'
            : `${isEmpty ? 'Clerk’s list was empty' : 'They are more than a sync removes by itself'}, so they stay until ${anOwner} confirms${isStarter ? ' who did not start this sync' : ''}.`}
        </CardDescription>
      </div>
      {run.mode === 'apply' && run.status === 'completed' && !isConfirmed && mayDecide && (
        <AskForRemoval run={run} />
      )}
    </Card>
  );
}
