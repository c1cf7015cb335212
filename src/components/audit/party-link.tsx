import { Link } from '@tanstack/react-router';
import { useMay } from '../permitted';
import { partyName } from './sentences';

export interface Party {
  ref: string;
  name?: string;
  /** The id of the person's row, where there is one. */
  userId?: string;
  organizationId?: string;
}

const looks =
  'rounded-sm font-semibold underline-offset-4 outline-none wrap-anywhere hover:underline focus-visible:ring-[3px] focus-visible:ring-ring/50';

/** Who or what an entry names, leading to its page where there is one for the viewer. */
export function PartyLink({ party }: { party: Party }) {
  const name = partyName(party);
  const mayPeople = useMay('users:read');
  const mayOrganizations = useMay('organizations:read');
  if (party.userId !== undefined && mayPeople) {
    return (
      <Link to="/admin/users/$id" params={{ id: party.userId }} className={looks}>
        {name}
      </Link>
    );
  }
  if (party.organizationId !== undefined && mayOrganizations) {
    return (
      <Link to="/admin/organizations/$id" params={{ id: party.organizationId }} className={looks}>
        {name}
      </Link>
    );
  }
  return <span className="font-semibold wrap-anywhere">{name}</span>;
}
