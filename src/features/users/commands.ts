import { useMutation, useQueryClient } from '@tanstack/react-query';
import { errorBodyOf, errorEntryUrl } from '../../lib/coded-error';
import { notify } from '../../lib/notify';
import { roleLabel, type Role } from '../../shared/roles';
import { commandsFor } from '../../trpc-client';
import { expectChange, withAccess, withRole } from './expected';

function whereItStands(push: { state: string } | undefined): string | undefined {
  return push === undefined || push.state === 'synced' ? undefined : 'On its way to Clerk.';
}

function notifyError(error: unknown): void {
  notify({ kind: 'error', title: errorBodyOf(error).message });
}

/** Says why a change that was shown already did not come to pass. */
function notifyRefused(title: string, error: unknown): void {
  const { code, message } = errorBodyOf(error);
  const explain = () => window.open(errorEntryUrl(code), '_blank', 'noreferrer');
  notify({
    kind: 'error',
    title,
    description: message,
    action: { label: 'Explain', run: explain },
  });
}

/** Whom a command is about, as the page showed them before. */
interface Subject {
  name: string;
  role: Role;
}

/** Changes one person's role: shown at once, taken back with the reason when refused, with a way back. */
export function useSetRole({ name, role: before }: Subject) {
  const { setRole } = commandsFor(useQueryClient()).users;
  // Kept from the start: the live row changes before the answer comes.
  const onMutate = ({ userId, role }: { userId: string; role: string }) => ({
    before,
    expected: expectChange(userId, withRole(role)),
  });
  const undo = useMutation(
    setRole.mutationOptions({
      onMutate,
      onError: (error, _input, was) => {
        was?.expected.refused();
        notifyRefused(`The role of ${name} could not be changed back`, error);
      },
      onSuccess: ({ role, updatedAt }, _input, { expected }) => {
        expected.answered(updatedAt);
        notify({ kind: 'success', title: `${name} is ${roleLabel(role)} again` });
      },
    }),
  );
  return useMutation(
    setRole.mutationOptions({
      onMutate,
      onError: (error, _input, was) => {
        was?.expected.refused();
        notifyRefused(`${name} stays ${roleLabel(was?.before ?? before)}`, error);
      },
      onSuccess: (user, _input, was) => {
        was.expected.answered(user.updatedAt);
        notify({
          kind: 'success',
          title: `${user.name} is now ${roleLabel(user.role)}`,
          description: whereItStands(user.push),
          action: {
            label: 'Undo',
            run: () => undo.mutate({ userId: user._id, role: was.before }),
          },
        });
      },
    }),
  );
}

/**
 * Cuts a person off: shown at once, taken back with the reason when refused.
 *
 * @param undo whether reactivating would restore what was before
 */
export function useDeactivate({ name, undo }: { name: string; undo: boolean }) {
  const reactivate = useReactivate({ name });
  return useMutation(
    commandsFor(useQueryClient()).users.deactivate.mutationOptions({
      // Kept from the start: the live row, and with it `undo`, may change before the answer comes.
      onMutate: ({ userId }) => ({
        undoable: undo,
        expected: expectChange(userId, withAccess(false)),
      }),
      onError: (error, _input, was) => {
        was?.expected.refused();
        notifyRefused(`${name} is not deactivated`, error);
      },
      onSuccess: (user, _input, { undoable, expected }) => {
        expected.answered(user.updatedAt);
        notify({
          kind: 'success',
          title: `${user.name} is deactivated`,
          description: whereItStands(user.access),
          action: undoable
            ? { label: 'Undo', run: () => reactivate.mutate({ userId: user._id }) }
            : undefined,
        });
      },
    }),
  );
}

/** Lets a person back in: shown at once, taken back with the reason when refused. */
export function useReactivate({ name }: { name: string }) {
  return useMutation(
    commandsFor(useQueryClient()).users.reactivate.mutationOptions({
      onMutate: ({ userId }) => ({ expected: expectChange(userId, withAccess(true)) }),
      onError: (error, _input, was) => {
        was?.expected.refused();
        notifyRefused(`${name} is not reactivated`, error);
      },
      onSuccess: (user, _input, { expected }) => {
        expected.answered(user.updatedAt);
        notify({
          kind: 'success',
          title: `${user.name} has access`,
          description: whereItStands(user.access),
        });
      },
    }),
  );
}

/** Deletes a person for good. Failures belong to the dialog that asked. */
export function useRemove() {
  return useMutation(
    commandsFor(useQueryClient()).users.remove.mutationOptions({
      onSuccess: (user) => {
        notify({
          kind: 'success',
          title: `${user.name} is deleted`,
          description: whereItStands(user.access),
        });
      },
    }),
  );
}

/** Sends to Clerk once more what has not arrived there. */
export function useRetryPush() {
  return useMutation(
    commandsFor(useQueryClient()).users.retryPush.mutationOptions({
      onSuccess: ({ name }) => {
        notify({ kind: 'success', title: `The change of ${name} is on its way to Clerk again` });
      },
      onError: notifyError,
    }),
  );
}

/** Begins a change of many people. Failures belong to the dialog that asked. */
export function useStartBulk() {
  return useMutation(commandsFor(useQueryClient()).bulk.start.mutationOptions());
}

/** Takes a change of many people back. Failures belong to the dialog that asked. */
export function useUndoBulk() {
  return useMutation(commandsFor(useQueryClient()).bulk.undo.mutationOptions());
}

/** Ends a change of many people between two of them. */
export function useCancelBulk() {
  return useMutation(
    commandsFor(useQueryClient()).bulk.cancel.mutationOptions({ onError: notifyError }),
  );
}

/** Gives a person another name. Failures belong to the dialog that asked. */
export function useUpdateName() {
  return useMutation(
    commandsFor(useQueryClient()).users.updateName.mutationOptions({
      onSuccess: (user) => {
        notify({
          kind: 'success',
          title: `The name is now ${user.name}`,
          description: whereItStands(user.nameEdit),
        });
      },
    }),
  );
}

/** Stops trying to bring a change to Clerk: ours stands, marked as differing. */
export function useDismissPush() {
  return useMutation(
    commandsFor(useQueryClient()).users.dismissPush.mutationOptions({
      onSuccess: ({ name }) => {
        notify({
          kind: 'success',
          title: `The failed change of ${name} is dismissed`,
          description: 'What stands here counts; Clerk says something else.',
        });
      },
      onError: notifyError,
    }),
  );
}

/** Invites an address. Failures belong to the dialog that asked. */
export function useInvite() {
  return useMutation(
    commandsFor(useQueryClient()).users.invite.mutationOptions({
      onSuccess: ({ email, role }) => {
        notify({
          kind: 'success',
          title: `${email} is invited as ${roleLabel(role)}`,
          description: 'Clerk sends the mail.',
        });
      },
    }),
  );
}

/** Takes an invitation back. */
export function useRevokeInvitation() {
  return useMutation(
    commandsFor(useQueryClient()).users.revokeInvitation.mutationOptions({
      onSuccess: ({ email }) => {
        notify({ kind: 'success', title: `The invitation of ${email} is revoked` });
      },
      onError: notifyError,
    }),
  );
}

/** Asks Clerk for one person anew (A11). */
export function useSyncUser() {
  return useMutation(
    commandsFor(useQueryClient()).sync.syncUser.mutationOptions({
      onSuccess: () => {
        notify({ kind: 'success', title: 'Clerk is asked; the row follows in a moment' });
      },
      onError: notifyError,
    }),
  );
}
