import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { errorBodyOf } from '../../lib/coded-error';
import { notify } from '../../lib/notify';
import { commandsFor } from '../../trpc-client';

function notifyError(error: unknown): void {
  notify({ kind: 'error', title: errorBodyOf(error).message });
}

/** Shows the run that was started; its page is live. */
function useShowRun() {
  const navigate = useNavigate();
  return ({ runId }: { runId: string }) => {
    void navigate({ to: '/admin/sync/$run', params: { run: runId } });
  };
}

/** Starts a run with the key of the installation. Failures belong to the form that asked. */
export function useStart() {
  const onSuccess = useShowRun();
  return useMutation(commandsFor(useQueryClient()).sync.start.mutationOptions({ onSuccess }));
}

/** Starts a run with a pasted key. The key is forgotten as soon as it has been sent. */
export function useStartWithKey() {
  const onSuccess = useShowRun();
  return useMutation(
    commandsFor(useQueryClient()).sync.startWithKey.mutationOptions({ onSuccess, gcTime: 0 }),
  );
}

export function useCancel() {
  return useMutation(
    commandsFor(useQueryClient()).sync.cancel.mutationOptions({ onError: notifyError }),
  );
}

export function useResume() {
  return useMutation(
    commandsFor(useQueryClient()).sync.resume.mutationOptions({
      onSuccess: () => notify({ kind: 'success', title: 'The sync goes on where it stopped' }),
      onError: notifyError,
    }),
  );
}

/** Asks for a sweep. Failures belong to the dialog that asked. */
export function useSweep() {
  return useMutation(commandsFor(useQueryClient()).sync.sweep.mutationOptions());
}

/** Confirms what a run found gone in Clerk and left alone. Failures belong to the dialog. */
export function useConfirmRemovals() {
  return useMutation(commandsFor(useQueryClient()).sync.confirmRemovals.mutationOptions());
}

/** The decisions about a sweep that is there. */
export function useSweepDecisions() {
  const { sync } = commandsFor(useQueryClient());
  const options = { onError: notifyError };
  return {
    confirm: useMutation(sync.confirmSweep.mutationOptions(options)),
    cancel: useMutation(sync.cancelSweep.mutationOptions(options)),
    restore: useMutation(sync.restoreSweep.mutationOptions(options)),
  };
}
