import { credentialServiceInfo } from '../../shared/credentials';
import { isRole, roleLabel } from '../../shared/roles';

type Facts = Record<string, string | number | boolean | null | string[]>;

/** What an entry of the audit log says, as far as its sentence needs it. */
export interface Spoken {
  action: string;
  before?: Facts | undefined;
  after?: Facts | undefined;
}

/** `<actor> <verb> <target> <rest>`; without a target where naming it would add nothing. */
export interface Sentence {
  verb: string;
  rest?: string;
  noTarget?: true;
}

type Teller = (entry: { before: Facts; after: Facts }) => Sentence;

const say =
  (verb: string, rest?: string): Teller =>
  () =>
    rest === undefined ? { verb } : { verb, rest };

function role(value: Facts[string] | undefined): string {
  return isRole(value) ? roleLabel(value) : text(value);
}

function text(value: Facts[string] | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

const because = (reason: Facts[string] | undefined) =>
  reason === undefined || reason === null ? '' : `: ${text(reason)}`;

const roleChange: Teller = ({ before, after }) => ({
  verb: 'changed the role of',
  rest: `from ${role(before['role'])} to ${role(after['role'])}`,
});

const fields: Teller = ({ after }) => {
  const changed = after['fields'];
  return changed === undefined
    ? { verb: 'updated' }
    : { verb: 'updated', rest: `(${text(changed)})` };
};

const pushFailed =
  (what: string): Teller =>
  ({ after }) => ({
    verb: `could not send ${what} of`,
    rest: `to Clerk${because(after['reason'])}`,
  });

const service = (name: Facts[string] | undefined) =>
  Object.entries(credentialServiceInfo).find(([known]) => known === name)?.[1].label ?? text(name);

const credential =
  (verb: string): Teller =>
  ({ after }) => ({ verb: `${verb} the ${service(after['service'])} credential of` });

const of =
  (verb: string): Teller =>
  () => ({ verb, noTarget: true });

/** What a sync brought at once. */
function mirrored(ids: Facts[string] | undefined, noun: string): Sentence {
  const count = Array.isArray(ids) ? ids.length : 0;
  return { verb: `added ${count} ${noun}${count === 1 ? '' : 's'}`, noTarget: true };
}

/** Every action that this product writes; others are told by their name. */
const tellers: Record<string, Teller> = {
  'user.created': ({ after }) => ({ verb: 'added', rest: `as ${role(after['role'])}` }),
  'user.updated': fields,
  'user.deleted': say('deleted'),
  'user.erased': say('erased'),
  'user.deactivated': say('deactivated'),
  'user.reactivated': say('reactivated'),
  'user.invited': say('invited'),
  'user.deletionHeld': say('deleted', ', which is held: nobody else is in charge'),
  'user.bannedInClerk': say('banned', 'in Clerk itself'),
  'user.unbannedInClerk': say('lifted the ban of', 'in Clerk itself'),
  'users.created': ({ after }) => {
    const count = Array.isArray(after['users']) ? after['users'].length : 0;
    return {
      verb: `added ${count === 1 ? 'one person' : `${count} people`} as ${role(after['role'])}`,
      noTarget: true,
    };
  },
  'organizations.created': ({ after }) => mirrored(after['organizations'], 'organization'),
  'memberships.created': ({ after }) => mirrored(after['memberships'], 'membership'),
  'name.changed': say('changed the name of'),
  'role.changed': roleChange,
  'role.changedInClerk': roleChange,
  'role.bootstrapped': say('put', 'in charge, as BOOTSTRAP_SUPERADMIN_EMAILS says'),
  'role.conflict': say('settled two role changes at once of'),
  'role.externalQuarantined': ({ after }) => ({
    verb: 'was refused the role of',
    rest: `${role(after['refused'])}${because(after['because'])}`,
  }),
  'role.unknownInClerk': say('named a role that is not known here for'),
  'role.heldByBrake': say('held back the role change of', ', one of too many at once'),
  'role.heldRejected': say('rejected the held role change of'),
  'role.pushOvertaken': say('overtook our role of'),
  'role.pushRetried': say('sent the role of', 'to Clerk once more'),
  'role.pushFailed': pushFailed('the role'),
  'access.pushFailed': pushFailed('the access'),
  'access.pushOvertaken': say('overtook our decision about the access of'),
  'access.pushRetried': say('sent the access of', 'to Clerk once more'),
  'name.pushFailed': pushFailed('the name'),
  'name.pushRetried': say('sent the name of', 'to Clerk once more'),
  'push.dismissed': say('let the failed push rest of'),
  'invitation.revoked': say('revoked the invitation of'),
  'invitation.accepted': say('accepted the invitation of'),
  'invitation.pushFailed': pushFailed('the invitation'),
  'organization.created': say('added'),
  'organization.updated': fields,
  'organization.deleted': say('deleted'),
  'membership.created': ({ after }) => ({
    verb: 'added the membership',
    rest: `as ${text(after['role'])}`,
  }),
  'membership.buriedAtBirth': say('added the membership', 'of somebody or something deleted'),
  'membership.updated': ({ before, after }) =>
    before['role'] === after['role']
      ? { verb: 'updated the membership' }
      : {
          verb: 'changed the membership',
          rest: `from ${text(before['role'])} to ${text(after['role'])}`,
        },
  'membership.deleted': say('ended the membership'),
  'memberships.deleted': ({ before }) => {
    const ended = before['memberships'];
    const count = Array.isArray(ended) ? ended.length : 0;
    return { verb: `ended ${count === 1 ? 'a membership' : `${count} memberships`} of` };
  },
  'delivery.bodyChanged': say('sent', 'again with another content'),
  'delivery.foreignInstance': say('sent', 'from another Clerk instance'),
  'delivery.replayed': ({ after }) => ({ verb: 'replayed', rest: `: ${text(after['outcome'])}` }),
  'audit.exported': ({ after }) => ({
    verb: 'exported',
    rest: `as ${text(after['format']).toUpperCase()}`,
  }),
  'credential.stored': credential('stored'),
  'credential.imported': credential('imported'),
  'credential.opened': ({ after }) => ({
    verb: `used the ${service(after['service'])} credential of`,
    rest: `(${text(after['purpose'])})`,
  }),
  'credential.tested': ({ after }) => ({
    verb: `tested the ${service(after['service'])} credential of`,
    rest: after['ok'] === true ? ': it works' : ': it does not work',
  }),
  'credential.activated': credential('activated'),
  'credential.deactivated': credential('deactivated'),
  'credential.resealed': credential('sealed anew'),
  'token.created': say('created'),
  'token.revoked': say('revoked'),
  'brake.opened': say('stopped too many changes at once:'),
  'brake.confirmedByOne': say('confirmed', 'as the first of two'),
  'brake.confirmed': say('confirmed'),
  'brake.rejected': say('rejected'),
  'bulk.started': ({ after }) =>
    after['change'] === 'undo'
      ? { verb: 'began to take a change of many people back', noTarget: true }
      : { verb: 'started a change of many people', noTarget: true },
  'bulk.completed': of('finished a change of many people'),
  'bulk.cancelled': of('cancelled a change of many people'),
  'bulk.failed': of('gave a change of many people up'),
  'sync.started': of('started a sync'),
  'sync.resumed': of('resumed a sync'),
  'sync.cancelRequested': of('asked a sync to stop'),
  'sync.completed': of('finished a sync'),
  'sync.failed': of('gave a sync up'),
  'sync.cancelled': of('stopped a sync'),
  'sync.removalsHeld': ({ after }) => ({
    verb: `found ${text(after['held'])} ${text(after['kind'])} here that Clerk did not list, and left them for somebody to confirm`,
    noTarget: true,
  }),
  'sync.removalsConfirmed': of('confirmed the removal of what Clerk does not have'),
  'webhooks.dead': of('noticed that webhooks have stopped'),
  'webhooks.recovered': of('noticed that webhooks arrive again'),
  'delivery.parked': ({ after }) => ({
    verb: 'set aside',
    rest: `, which could not be applied${because(after['reason'])}`,
  }),
  'sweep.held': ({ after }) => ({
    verb: `found ${text(after['people'])} people here whom Clerk does not have`,
    noTarget: true,
  }),
  'sweep.needsConfirmation': ({ after }) => ({
    verb: `found ${text(after['people'])} people here whom Clerk does not have, more than pass unasked`,
    noTarget: true,
  }),
  'sweep.confirmed': of('confirmed the deactivation of people whom Clerk does not have'),
  'sweep.cancelled': of('called off the deactivation of people whom Clerk does not have'),
  'sweep.done': ({ after }) => ({
    verb: `deactivated ${text(after['swept'])} people whom Clerk does not have`,
    noTarget: true,
  }),
  'sweep.restored': of('restored the people deactivated because Clerk did not have them'),
  'user.swept': say('deactivated', ', whom Clerk does not have any more'),
  'user.restored': say('gave', 'back the access that was taken because Clerk did not have them'),
  'alarms.acknowledged': of('has seen the alarms'),
  'counts.corrected': of('corrected the counts'),
};

/** Names of actions for a filter, in the order in which they are told above. */
export const knownActions: readonly string[] = Object.keys(tellers);

export function sentenceOf({ action, before = {}, after = {} }: Spoken): Sentence {
  const tell = tellers[action];
  return tell ? tell({ before, after }) : { verb: `did "${action}" to` };
}

/** `role.changedInClerk` as `Role: changed in Clerk`: how a filter names it. */
export function actionLabel(action: string): string {
  const [noun = '', verb = ''] = action.split('.');
  const words = verb.replaceAll(
    /([a-z])([A-Z])/g,
    (_, a: string, b: string) => `${a} ${b.toLowerCase()}`,
  );
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}: ${words.replace('clerk', 'Clerk')}`;
}

const wellKnown: Record<string, string> = {
  cli: 'The command line',
  clerk: 'Clerk',
  system: 'Rollcall',
  audit: 'the audit log',
};

/** How a party is called: by its name where that is known, else by what it is and its id. */
export function partyName({ ref, name }: { ref: string; name?: string | undefined }): string {
  if (name !== undefined) return name;
  const known = wellKnown[ref];
  if (known !== undefined) return known;
  const colon = ref.indexOf(':');
  if (colon < 0) return ref;
  const [kind, id] = [ref.slice(0, colon), ref.slice(colon + 1)];
  return kind === 'user' || kind === 'organization' ? id : `${kind} ${id}`;
}
