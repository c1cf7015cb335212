/** What the database summary looks for (E8), with what each finding means and what to do about it. */

export const integrityFindings = {
  duplicateUser: {
    text: 'Several rows have one Clerk user id.',
    remedy:
      'This must not happen: report it with the audit entries of the id. Until then the newest row counts.',
  },
  duplicateOrganization: {
    text: 'Several rows have one Clerk organization id.',
    remedy: 'This must not happen: report it with the audit entries of the id.',
  },
  duplicateMembership: {
    text: 'Several rows have one Clerk membership id.',
    remedy: 'This must not happen: report it with the audit entries of the id.',
  },
  membershipWithoutOrganization: {
    text: 'An active membership whose organization has not arrived or was deleted.',
    remedy: 'npm run rollcall -- sync --only organizations',
  },
  membershipWithoutUser: {
    text: 'An active membership whose person has not arrived or was deleted.',
    remedy: 'npm run rollcall -- sync --only users',
  },
  unknownRole: {
    text: 'Clerk names a role that is not in app.config.ts; ours stands.',
    remedy: 'Correct public_metadata.role in Clerk, or give the person a role here.',
  },
  pushFailed: {
    text: 'A decision did not reach Clerk and was given up on.',
    remedy: 'Correct the cause that the row names, then Retry on the row.',
  },
  accessDiffers: {
    text: 'Somebody banned or unbanned this person in Clerk itself.',
    remedy: 'Decide: deactivate or reactivate the person here.',
  },
  neverHeardOf: {
    text: 'The row was made at a sign-in, and Clerk has never told us about this person.',
    remedy: 'npm run rollcall -- sync --only users; then see whether webhooks arrive.',
  },
  countersDiffer: {
    text: 'The counters of people say something else than the rows.',
    remedy: 'People may have come meanwhile; if it stays, run the recount: see troubleshooting.',
  },
  stuckPush: {
    text: 'A push to Clerk has been under way or waiting for too long.',
    remedy: 'The outbox watch takes it up within minutes; if it stays, see npm run doctor.',
  },
  auditChain: {
    text: 'The audit log was changed afterwards.',
    remedy: 'Compare with a backup or an export from this entry on; keep both as evidence.',
  },
} as const satisfies Record<string, { text: string; remedy: string }>;

export type IntegrityKind = keyof typeof integrityFindings;
export const integrityKinds = Object.keys(integrityFindings) as IntegrityKind[];

export const integrityParts = ['users', 'organizations', 'memberships', 'pushes', 'audit'] as const;
export type IntegrityPart = (typeof integrityParts)[number];

/** Ids shown per kind of finding; all of them are counted. */
export const integrityExamplesMax = 5;

/** One page of the scan, as Convex answers it. */
export interface IntegrityPage {
  checked: number;
  problems: { kind: IntegrityKind; ref: string }[];
  /** Pass back for the next page; null after the last one of the part. */
  next: string | null;
}

export interface IntegrityReport {
  checked: Record<IntegrityPart, number>;
  /** False when time ran out: what was not looked at may hold more. */
  complete: boolean;
  findings: {
    kind: IntegrityKind;
    count: number;
    examples: string[];
    text: string;
    remedy: string;
  }[];
}

/**
 * Goes through the whole database by bounded pages. `scan` asks Convex for one of them; after
 * `untilMs` no further page is asked for.
 */
export async function collectIntegrity(
  scan: (part: IntegrityPart, after: string | null) => Promise<IntegrityPage>,
  untilMs: number,
): Promise<IntegrityReport> {
  const checked = { users: 0, organizations: 0, memberships: 0, pushes: 0, audit: 0 };
  const refs = new Map<IntegrityKind, string[]>();
  let complete = true;
  for (const part of integrityParts) {
    let after: string | null = null;
    do {
      if (Date.now() >= untilMs) {
        complete = false;
        break;
      }
      const page: IntegrityPage = await scan(part, after);
      checked[part] += page.checked;
      for (const { kind, ref } of page.problems) refs.set(kind, [...(refs.get(kind) ?? []), ref]);
      after = page.next;
    } while (after !== null);
  }
  const findings = integrityKinds.flatMap((kind) => {
    const found = refs.get(kind) ?? [];
    if (found.length === 0) return [];
    const examples = found.slice(0, integrityExamplesMax);
    return [{ kind, count: found.length, examples, ...integrityFindings[kind] }];
  });
  return { checked, complete, findings };
}
