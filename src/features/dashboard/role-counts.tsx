import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { roleLabel, roleNames, roleVocabulary, type Role } from '../../shared/roles';
import type { Stats } from './queries';

function Count({ label, value, children }: { label: string; value: number; children: ReactNode }) {
  return (
    <Card aria-label={`${label}: ${value}`} className="relative gap-2 has-[a:hover]:bg-muted/50">
      <CardTitle className="text-muted-foreground">{label}</CardTitle>
      <p className="text-2xl font-semibold sm:text-3xl tracking-tight tabular-nums">
        {value.toLocaleString('en')}
      </p>
      {children}
    </Card>
  );
}

/** The share of each role, in the order of the vocabulary; decoration of the numbers beside it. */
function Shares({ stats }: { stats: Stats }) {
  if (stats.total === 0) return null;
  const strength = (index: number) => 1 - (index / roleNames.length) * 0.75;
  return (
    <div aria-hidden className="flex h-2 overflow-hidden rounded-full bg-muted">
      {roleNames.map((role, index) => (
        <span
          key={role}
          className="bg-primary transition-[width]"
          style={{
            width: `${(100 * countOf(stats, role)) / stats.total}%`,
            opacity: strength(index),
          }}
        />
      ))}
    </div>
  );
}

function countOf(stats: Stats, role: Role): number {
  return stats.byRole[role] ?? 0;
}

export function RoleCounts({ stats, linked }: { stats: Stats; linked: boolean }) {
  return (
    <section aria-label="Users by role" className="grid gap-4">
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <Count label="Total" value={stats.total}>
          <CardDescription>
            {(stats.byState.active ?? 0).toLocaleString('en')} active
          </CardDescription>
        </Count>
        {roleNames.map((role) => (
          <Count key={role} label={roleLabel(role)} value={countOf(stats, role)}>
            <CardDescription className="max-sm:hidden">
              {roleVocabulary.definitions[role].description}
            </CardDescription>
            {linked && (
              <Link
                to="/admin/users"
                search={{ role }}
                aria-label={`Show users with the role ${roleLabel(role)}`}
                className="absolute inset-0 rounded-xl outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
              />
            )}
          </Count>
        ))}
      </div>
      <Shares stats={stats} />
    </section>
  );
}
