import { useMutation, useQueryClient } from '@tanstack/react-query';
import { errorBodyOf } from '../../lib/coded-error';
import { notify } from '../../lib/notify';
import { roleLabel } from '../../shared/roles';
import { commandsFor } from '../../trpc-client';

/** Changes one person's role. Failures belong to the dialog that asked. */
export function useSetRole() {
  return useMutation(
    commandsFor(useQueryClient()).users.setRole.mutationOptions({
      onSuccess: (user) => {
        notify({
          kind: 'success',
          title: `${user.name} is now ${roleLabel(user.role)}`,
          description: user.push.state === 'synced' ? undefined : 'On its way to Clerk.',
        });
      },
    }),
  );
}

/** Sends a role to Clerk once more. */
export function useRetryPush() {
  return useMutation(
    commandsFor(useQueryClient()).users.retryPush.mutationOptions({
      onSuccess: ({ name }) => {
        notify({ kind: 'success', title: `The role of ${name} is on its way to Clerk again` });
      },
      onError: (error) => notify({ kind: 'error', title: errorBodyOf(error).message }),
    }),
  );
}
