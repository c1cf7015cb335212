/** One thing that doctor looked at. `unknown`: it could not be looked at, for the reason given. */
export interface Finding {
  /** Stable, for scripts. */
  id: string;
  title: string;
  state: 'ok' | 'warning' | 'problem' | 'unknown';
  detail: string;
  /** What to do, for everything that is not `ok`. */
  remedy?: string;
  /** The section of the guides that explains it. */
  guide?: string;
}

type Subject = Pick<Finding, 'id' | 'title'>;

export function ok(subject: Subject, detail: string): Finding {
  return { ...subject, state: 'ok', detail };
}

export function notOk(
  subject: Subject,
  state: 'warning' | 'problem' | 'unknown',
  told: { detail: string; remedy: string },
): Finding {
  return { ...subject, state, ...told };
}

/** A check that throws is itself a finding: doctor works best when everything else does not. */
export async function guarded(subject: Subject, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return notOk(subject, 'unknown', {
      detail,
      remedy: 'Correct the findings above, then run again.',
    });
  }
}
