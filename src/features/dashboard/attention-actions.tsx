import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../components/ui/button';
import { errorBodyOf } from '../../lib/coded-error';
import { notify } from '../../lib/notify';
import { ownerInText } from '../../shared/roles';
import { commandsFor } from '../../trpc-client';
import type { Alarm, Brake } from './queries';

function onError(error: unknown): void {
  notify({ kind: 'error', title: errorBodyOf(error).message });
}

/** Lets held role changes through, or keeps ours. */
export function BrakeActions({ brake, mayConfirm }: { brake: Brake; mayConfirm: boolean }) {
  const commands = commandsFor(useQueryClient()).brakes;
  const confirm = useMutation(
    commands.confirm.mutationOptions({
      onSuccess: ({ state }) => {
        notify({
          kind: 'success',
          title:
            state === 'open'
              ? `Confirmed; a second ${ownerInText} must confirm too`
              : 'The held roles are let through',
        });
      },
      onError,
    }),
  );
  const reject = useMutation(
    commands.reject.mutationOptions({
      onSuccess: () => notify({ kind: 'success', title: 'Our roles stand and are sent to Clerk' }),
      onError,
    }),
  );
  const busy = confirm.isPending || reject.isPending;
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        size="sm"
        disabled={busy || !mayConfirm}
        onClick={() => confirm.mutate({ brakeId: brake._id })}
      >
        Take over the roles from Clerk
      </Button>
      <Button
        size="sm"
        variant="outline"
        disabled={busy}
        onClick={() => reject.mutate({ brakeId: brake._id })}
      >
        Keep our roles and send them to Clerk
      </Button>
    </div>
  );
}

/** Says that somebody has looked after the alarms shown. */
export function Acknowledge({ alarms }: { alarms: readonly Alarm[] }) {
  const acknowledge = useMutation(
    commandsFor(useQueryClient()).alarms.acknowledge.mutationOptions({ onError }),
  );
  return (
    <Button
      size="sm"
      variant="outline"
      className="w-fit"
      busy={acknowledge.isPending}
      onClick={() => acknowledge.mutate({ alarmIds: alarms.map(({ _id }) => _id) })}
    >
      I have looked after {alarms.length === 1 ? 'it' : 'these'}
    </Button>
  );
}
