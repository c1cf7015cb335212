import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { Button } from '../../components/ui/button';
import { useUndoBulk } from './commands';
import type { BulkJob } from './queries';

const effects = {
  role: 'gets back the role of before, here at once and then in Clerk',
  deactivate: 'has access again at once, and Clerk is told to lift the ban',
  reactivate: 'loses access again at once, and Clerk is told to ban the account',
  undo: '',
};

/** Takes a finished bulk change back, once it is said whom that is for. */
export function UndoBulk({ job }: { job: BulkJob }) {
  const undo = useUndoBulk();
  const [open, setOpen] = useState(false);
  const people = job.changed === 1 ? 'one person' : `${job.changed.toLocaleString('en')} people`;
  return (
    <>
      <Button size="sm" variant="outline" onClick={() => setOpen(true)}>
        Undo
      </Button>
      <ConfirmDialog
        title={`Take the change of ${people} back?`}
        confirm="Take back"
        destructive={job.action.kind === 'reactivate'}
        command={undo}
        onConfirm={() => undo.mutate({ jobId: job._id }, { onSuccess: () => setOpen(false) })}
        open={open}
        onOpenChange={setOpen}
      >
        <AlertDialogDescription>
          Each {effects[job.action.kind]}. Whoever has been changed again since stays as they are,
          and is named with the reason.
        </AlertDialogDescription>
      </ConfirmDialog>
    </>
  );
}
