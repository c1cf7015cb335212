import { useMutation, useQueryClient } from '@tanstack/react-query';
import { errorBodyOf } from '../../lib/coded-error';
import { notify } from '../../lib/notify';
import { credentialServiceInfo, type CredentialService } from '../../shared/credentials';
import { commandsFor } from '../../trpc-client';

const label = (service: CredentialService) => credentialServiceInfo[service].label;

function notifyError(error: unknown): void {
  const { message, code } = errorBodyOf(error);
  notify({ kind: 'error', title: message, description: code });
}

/** What was typed is forgotten with the answer: no cache of the browser keeps a secret. */
const forgetful = { gcTime: 0 };

/** Seals and stores. Failures belong to the form. */
export function useStoreCredential() {
  return useMutation(
    commandsFor(useQueryClient()).credentials.store.mutationOptions({
      ...forgetful,
      onSuccess: ({ service, lastFour }) => {
        notify({
          kind: 'success',
          title: `The ${label(service)} credential is stored`,
          description: `It ends in ${lastFour} and is never shown again.`,
        });
      },
    }),
  );
}

/** Takes over a token of the older system. Failures belong to the form. */
export function useImportCredential() {
  return useMutation(
    commandsFor(useQueryClient()).credentials.importFernet.mutationOptions({
      ...forgetful,
      onSuccess: ({ service, lastFour }) => {
        notify({
          kind: 'success',
          title: `The ${label(service)} credential is imported`,
          description: `It ends in ${lastFour}. The key of the older system was not kept.`,
        });
      },
    }),
  );
}

export function useTestConnection() {
  return useMutation(
    commandsFor(useQueryClient()).credentials.test.mutationOptions({
      onSuccess: ({ ok, detail }) => notify({ kind: ok ? 'success' : 'error', title: detail }),
      onError: notifyError,
    }),
  );
}

/** Takes a credential out of use, or back; with Undo, since nothing is lost. */
export function useSetActive() {
  const commands = commandsFor(useQueryClient());
  const undo = useMutation(
    commands.credentials.setActive.mutationOptions({ onError: notifyError }),
  );
  return useMutation(
    commands.credentials.setActive.mutationOptions({
      onSuccess: ({ service, active }, { credentialId }) => {
        notify({
          kind: 'success',
          title: `The ${label(service)} credential is ${active ? 'active' : 'deactivated'}`,
          action: {
            label: 'Undo',
            run: () => undo.mutate({ credentialId, active: !active }),
          },
        });
      },
      onError: notifyError,
    }),
  );
}
