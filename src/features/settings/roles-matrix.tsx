import { CheckIcon, ChevronsDownIcon, MinusIcon } from 'lucide-react';
import { RoleBadge } from '../../components/role-badge';
import { Badge } from '../../components/ui/badge';
import { Card } from '../../components/ui/card';
import { Table, TableCell, TableHead, TableRow } from '../../components/ui/table';
import { permissions, type Permission } from '../../shared/permissions';
import { defaultRole, ownerRole, roleNames, roleVocabulary, type Role } from '../../shared/roles';
import { permissionTexts } from './permission-texts';

function Reach({ role, permission }: { role: Role; permission: Permission }) {
  const reach = roleVocabulary.definitions[role].permissions[permission];
  if (reach === undefined) {
    return (
      <>
        <MinusIcon className="size-4 text-muted-foreground/60" aria-hidden />
        <span className="sr-only">No</span>
      </>
    );
  }
  if (reach === 'lowerRank') {
    return (
      <span className="inline-flex items-center gap-1 text-xs text-warning">
        <ChevronsDownIcon className="size-4" aria-hidden /> Lower ranks
      </span>
    );
  }
  return (
    <>
      <CheckIcon className="size-4 text-success" aria-hidden />
      <span className="sr-only">Yes</span>
    </>
  );
}

/** C6: the roles of this installation and what each may do, exactly as it is configured. */
export function RolesMatrix() {
  return (
    <div className="grid grid-cols-1 gap-6">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {roleNames.map((role) => (
          <Card key={role} className="gap-2 p-4">
            <p className="flex flex-wrap items-center gap-1.5">
              <RoleBadge role={role} />
              {role === ownerRole && <Badge variant="outline">Always one active</Badge>}
              {role === defaultRole && <Badge variant="outline">Given to newcomers</Badge>}
            </p>
            <p className="text-sm text-muted-foreground">
              {roleVocabulary.definitions[role].description}.
            </p>
            <p className="text-xs text-muted-foreground">
              In Clerk: <code className="font-mono">public_metadata.role = "{role}"</code>
            </p>
          </Card>
        ))}
      </div>
      <section
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must take focus
        tabIndex={0}
        aria-label="Permissions by role"
        className="relative overflow-x-auto rounded-xl border bg-card shadow-xs outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
      >
        <Table aria-label="Permissions">
          <thead className="border-b bg-muted/50">
            <tr>
              <TableHead>Permission</TableHead>
              {roleNames.map((role) => (
                <TableHead key={role}>{roleVocabulary.definitions[role].label}</TableHead>
              ))}
            </tr>
          </thead>
          <tbody>
            {permissions.map((permission) => (
              <TableRow key={permission}>
                <th scope="row" className="min-w-44 px-3 py-2 text-left font-normal">
                  <span className="block text-sm">{permissionTexts[permission]}</span>
                  <code className="font-mono text-xs text-muted-foreground">{permission}</code>
                </th>
                {roleNames.map((role) => (
                  <TableCell key={role}>
                    <Reach role={role} permission={permission} />
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </tbody>
        </Table>
      </section>
      <p className="text-sm text-muted-foreground">
        Roles and permissions are configuration: <code className="font-mono">app.config.ts</code>.
        &ldquo;Lower ranks&rdquo; means people whose role ranks below one&rsquo;s own. Nobody
        changes their own role or access.
      </p>
    </div>
  );
}
