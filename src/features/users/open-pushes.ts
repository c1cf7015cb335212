import type { PushStateName, UserState } from '../../shared/people';

interface Push {
  state: PushStateName;
  reason?: string | undefined;
}

/** What has not reached Clerk yet, in words. */
export interface OpenPush {
  about: 'role' | 'access';
  state: 'pending' | 'failed' | 'differs';
  label: string;
  reason?: string | undefined;
}

interface Subject {
  state: UserState;
  push: Push;
  access?: Push | undefined;
}

const accessNames: Record<UserState, string> = {
  active: 'Unban',
  deactivated: 'Ban',
  deleted: 'Deletion',
};

/** Our decisions that Clerk has not got; of a deleted person only the deletion is of interest. */
export function openPushes({ state, push, access }: Subject): OpenPush[] {
  const all = [
    { about: 'role' as const, name: 'Role', push: state === 'deleted' ? undefined : push },
    { about: 'access' as const, name: accessNames[state], push: access },
  ];
  return all.flatMap(({ about, name, push: one }) =>
    one === undefined || one.state === 'synced'
      ? []
      : [{ about, state: one.state, label: `${name} ${one.state}`, reason: one.reason }],
  );
}
