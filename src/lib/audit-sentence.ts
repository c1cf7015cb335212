import { isRole, roleLabel } from '../shared/roles';

type Fact = string | number | boolean | null | readonly string[];
type Facts = Readonly<Record<string, Fact>>;

/** What a sentence needs of an entry of the audit log. */
export interface AuditWords {
  action: string;
  before?: Facts | undefined;
  after?: Facts | undefined;
}

/** A sentence in pieces: `actor` and `target` stand for whoever is named there. */
export type SentencePart = 'actor' | 'target' | { text: string };

type Template = string | ((words: AuditWords) => string);

function fact(facts: Facts | undefined, name: string): string {
  const value = facts?.[name];
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.join(', ');
  return isRole(value) ? roleLabel(value) : String(value);
}

const rev = ({ before, after }: AuditWords) =>
  `from ${fact(before, 'role')} to ${fact(after, 'role')}`;

/** People whom a bulk change is for, as far as its entry says. */
function bulkPeople({ after }: AuditWords): string {
  const total = after?.['total'] ?? after?.['selected'];
  return typeof total === 'number' ? `${total.toLocaleString('en')} people` : 'everybody in a list';
}

/** Known actions; `{a}` is who did it, `{t}` whom or what it was about. */
const templates: Record<string, Template> = {
  'user.created': '{t} arrived',
  'user.updated': ({ after }) => `{t} was updated in Clerk: ${fact(after, 'fields')}`,
  'user.deleted': '{a} deleted {t}',
  'user.deletionHeld':
    'Clerk deleted {t}, the last one in charge; the row is kept until there is another',
  'user.deactivated': '{a} deactivated {t}',
  'user.reactivated': '{a} reactivated {t}',
  'user.bannedInClerk': 'Somebody banned {t} in Clerk',
  'user.unbannedInClerk': 'Somebody lifted the ban of {t} in Clerk',
  'user.invited': '{a} invited somebody',
  'role.changed': (words) => `{a} changed the role of {t} ${rev(words)}`,
  'role.changedInClerk': (words) => `The role of {t} was changed in Clerk ${rev(words)}`,
  'role.bootstrapped': ({ after }) => `{t} became ${fact(after, 'role')} by the server's settings`,
  'role.conflict': 'The role of {t} was changed here and in Clerk at the same time; one change won',
  'role.externalQuarantined':
    'A change of the role of {t} in Clerk was refused: it would have left nobody in charge',
  'role.pushRetried': '{a} sent the role of {t} to Clerk again',
  'role.pushFailed': 'The role of {t} could not be sent to Clerk',
  'role.pushOvertaken': 'An old request reached Clerk late; the role of {t} was sent again',
  'role.unknownInClerk': ({ after }) =>
    `Clerk names a role of {t} that is not known here: ${fact(after, 'raw')}`,
  'access.pushRetried': '{a} sent the access of {t} to Clerk again',
  'access.pushFailed': 'The access of {t} could not be sent to Clerk',
  'access.pushOvertaken': 'An old request reached Clerk late; the access of {t} was sent again',
  'organization.created': 'The organization {t} arrived',
  'organization.updated': 'The organization {t} was updated in Clerk',
  'organization.deleted': 'The organization {t} was deleted in Clerk',
  'membership.created': 'The membership {t} began',
  'membership.updated': 'The membership {t} was updated in Clerk',
  'membership.deleted': 'The membership {t} ended',
  'memberships.deleted': 'The memberships of {t} ended',
  'delivery.foreignInstance': 'A webhook of another Clerk instance was refused',
  'delivery.bodyChanged': 'A webhook came again with another content and was refused',
  'bulk.started': (words) => `{a} began to ${bulkVerb(words)} ${bulkPeople(words)}`,
  'bulk.completed': (words) =>
    `A bulk change of ${bulkPeople(words)} by {a} ended: ${tally(words)}`,
  'bulk.cancelled': (words) => `{a} cancelled a bulk change: ${tally(words)}`,
  'bulk.failed': (words) => `A bulk change by {a} ended early: ${tally(words)}`,
};

function bulkVerb({ after }: AuditWords): string {
  const change = after?.['change'];
  return change === 'role' ? `give the role ${fact(after, 'role')} to` : String(change ?? 'change');
}

function tally({ after }: AuditWords): string {
  return `${fact(after, 'changed')} changed, ${fact(after, 'refused')} refused`;
}

/** `brake.opened` without a template of its own: what it says, in words. */
function plainWords(action: string): string {
  const [noun = '', verb = ''] = action.split('.');
  const words = `${noun} ${verb}`.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `{a}: ${words.trim()}, {t}`;
}

/** An entry of the audit log as a sentence. */
export function auditSentence(words: AuditWords): SentencePart[] {
  const template = templates[words.action] ?? plainWords(words.action);
  const text = typeof template === 'string' ? template : template(words);
  return text
    .split(/(\{[at]\})/)
    .filter((part) => part !== '')
    .map((part) => (part === '{a}' ? 'actor' : part === '{t}' ? 'target' : { text: part }));
}

/** Who or what an entry names, where no row says more. */
export function partyLabel(ref: string): string {
  const colon = ref.indexOf(':');
  const kind = colon < 0 ? ref : ref.slice(0, colon);
  switch (kind) {
    case 'system':
      return 'Rollcall';
    case 'clerk':
      return 'Clerk';
    case 'cli':
      return 'The command line';
    case 'token':
      return 'An API token';
    default:
      return colon < 0 ? ref : ref.slice(colon + 1);
  }
}
