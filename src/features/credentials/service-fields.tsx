import type { ReactNode } from 'react';
import { useId } from 'react';
import { Input } from '../../components/ui/input';
import {
  credentialSchemas,
  credentialServiceInfo,
  type CredentialFieldInfo,
  type CredentialService,
} from '../../shared/credentials';

export type Values = Record<string, string>;

/** What the form of a service starts with. */
export function initialValues(service: CredentialService): Values {
  const { fields } = credentialServiceInfo[service];
  return Object.fromEntries(fields.map(({ name, initial }) => [name, initial]));
}

/** What is wrong with one field, by the very schema that the server checks. */
export function fieldProblem(
  service: CredentialService,
  name: string,
  value: string,
): string | undefined {
  const shape: Record<string, { safeParse: (value: unknown) => ParseResult } | undefined> =
    credentialSchemas[service].shape;
  const result = shape[name]?.safeParse(value);
  const message = result?.success === false ? result.error?.issues[0]?.message : undefined;
  if (message === undefined) return undefined;
  return value.trim() === '' ? 'is needed' : message;
}

interface ParseResult {
  success: boolean;
  error?: { issues: { message: string }[] } | undefined;
}

interface LabelledFieldProps {
  label: string;
  hint?: ReactNode;
  problem?: string | undefined;
  children: (props: {
    id: string;
    'aria-describedby': string;
    'aria-invalid': boolean;
  }) => ReactNode;
}

export function LabelledField({ label, hint, problem, children }: LabelledFieldProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': `${id}-about`, 'aria-invalid': problem !== undefined })}
      <p
        id={`${id}-about`}
        role={problem === undefined ? undefined : 'alert'}
        className={
          problem === undefined ? 'text-xs text-muted-foreground' : 'text-xs text-destructive'
        }
      >
        {problem === undefined ? hint : `${label} ${problem}.`}
      </p>
    </div>
  );
}

interface ServiceFieldProps {
  info: CredentialFieldInfo;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
  onBlur: () => void;
}

/** One field of a service, from its description. Browsers are told not to keep secrets. */
export function ServiceField({ info, value, problem, onChange, onBlur }: ServiceFieldProps) {
  return (
    <LabelledField label={info.label} hint={info.hint} problem={problem}>
      {(props) => (
        <Input
          {...props}
          type={info.secret ? 'password' : 'text'}
          value={value}
          placeholder={info.placeholder}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onBlur}
          autoComplete={info.secret ? 'new-password' : 'off'}
          autoCapitalize="none"
          spellCheck={false}
          data-1p-ignore
          data-lpignore="true"
        />
      )}
    </LabelledField>
  );
}
