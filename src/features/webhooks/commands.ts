import { useMutation, useQueryClient } from '@tanstack/react-query';
import { notify } from '../../lib/notify';
import { commandsFor } from '../../trpc-client';

/** Applies a delivery once more. Failures belong to the dialog that asked. */
export function useReplay() {
  return useMutation(
    commandsFor(useQueryClient()).deliveries.replay.mutationOptions({
      onSuccess: ({ outcome, why }) => {
        notify({
          kind: 'success',
          title: outcome === 'applied' ? 'Replayed and applied' : `Replayed: ${outcome}`,
          description: why,
        });
      },
    }),
  );
}
