import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { errorBodyOf } from '../../lib/coded-error';
import { notify } from '../../lib/notify';
import { commandsFor } from '../../trpc-client';

/** The checks of doctor, as the web server can make them; asked anew on request only. */
export function useCheck() {
  const commands = commandsFor(useQueryClient());
  return useQuery(
    commands.settings.check.queryOptions(undefined, {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
    }),
  );
}

/** Makes a token; failures belong to the form. What was made is in no cache afterwards. */
export function useCreateToken() {
  return useMutation(commandsFor(useQueryClient()).tokens.create.mutationOptions({ gcTime: 0 }));
}

/** Ends a token at once; failures belong to the dialog that asked. */
export function useRevokeToken() {
  return useMutation(
    commandsFor(useQueryClient()).tokens.revoke.mutationOptions({
      onSuccess: ({ name }) => notify({ kind: 'success', title: `${name} is revoked` }),
    }),
  );
}

/** How many credentials an older key sealed. */
export function useRotation() {
  const commands = commandsFor(useQueryClient());
  return useQuery(commands.credentials.rotation.queryOptions());
}

interface Progress {
  resealed: number;
  unreadable: number;
  left: number;
  running: boolean;
  error?: unknown;
}

/**
 * Seals everything anew with the first key, one bounded request after the other. Closing the page
 * breaks it off harmlessly: what is done is done, and the next run takes up the rest.
 */
export function useReseal() {
  const queryClient = useQueryClient();
  const commands = commandsFor(queryClient);
  const rotate = useMutation(commands.credentials.rotate.mutationOptions());
  const [progress, setProgress] = useState<Progress>();
  const stopped = useRef(false);
  const run = async () => {
    stopped.current = false;
    let resealed = 0;
    try {
      for (;;) {
        const step = await rotate.mutateAsync();
        resealed += step.resealed;
        const ended = step.resealed === 0 || step.stale === 0 || stopped.current;
        setProgress({
          resealed,
          unreadable: step.unreadable,
          left: step.stale,
          running: !ended,
        });
        if (ended) break;
      }
      notify({ kind: 'success', title: `${resealed} sealed anew` });
    } catch (error) {
      setProgress((before) => ({
        resealed,
        unreadable: before?.unreadable ?? 0,
        left: before?.left ?? 0,
        running: false,
        error,
      }));
      notify({ kind: 'error', title: errorBodyOf(error).message });
    }
    await queryClient.invalidateQueries({ queryKey: commands.credentials.rotation.queryKey() });
  };
  return { progress, run, stop: () => (stopped.current = true) };
}
