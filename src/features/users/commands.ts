import { useMutation } from '@tanstack/react-query';
import { toast } from 'sonner';
import { errorBodyOf } from '../../lib/coded-error';
import { roleLabel } from '../../shared/roles';
import { useTRPC } from '../../trpc-client';

/** Changes one person's role. Failures belong to the dialog that asked. */
export function useSetRole() {
  return useMutation(
    useTRPC().users.setRole.mutationOptions({
      onSuccess: (user) => {
        toast.success(`${user.name} is now ${roleLabel(user.role)}`, {
          description: user.push.state === 'synced' ? undefined : 'On its way to Clerk.',
        });
      },
    }),
  );
}

/** Sends a role to Clerk once more. */
export function useRetryPush() {
  return useMutation(
    useTRPC().users.retryPush.mutationOptions({
      onSuccess: (user) => toast.success(`The role of ${user.name} is on its way to Clerk again`),
      onError: (error) => toast.error(errorBodyOf(error).message),
    }),
  );
}
