import { useState } from 'react';
import { FormFooter } from '../../components/form-footer';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '../../components/ui/dialog';
import { Input, inputLooks } from '../../components/ui/input';
import {
  type CredentialFieldInfo,
  credentialServiceInfo,
  fernetTokenLengthMax,
} from '../../shared/credentials';
import { useImportCredential } from './commands';
import { initialValues, LabelledField, ServiceField, type Values } from './service-fields';
import type { CredentialDialogProps } from './store-dialog';

interface OtherFieldsProps {
  fields: CredentialFieldInfo[];
  values: Values;
  onChange: (name: string, value: string) => void;
}

/** What a token that holds the bare secret does not say. */
function OtherFields({ fields, values, onChange }: OtherFieldsProps) {
  return (
    <fieldset className="grid gap-4 rounded-lg border p-3">
      <legend className="px-1 text-xs text-muted-foreground">
        Only if the token holds the secret alone
      </legend>
      {fields.map((info) => (
        <ServiceField
          key={info.name}
          info={info}
          value={values[info.name] ?? ''}
          problem={undefined}
          onChange={(value) => onChange(info.name, value)}
          onBlur={() => undefined}
        />
      ))}
    </fieldset>
  );
}

/** Takes over a Fernet token of the older system, opened with its key on the server. */
export function ImportDialog({
  organizationId,
  service,
  replaces,
  onClose,
}: CredentialDialogProps) {
  const { label, fields, secretField } = credentialServiceInfo[service];
  const others = fields.filter(({ name }) => name !== secretField);
  const command = useImportCredential();
  const [token, setToken] = useState('');
  const [key, setKey] = useState('');
  const [values, setValues] = useState(() => initialValues(service));
  const [missing, setMissing] = useState(false);
  const submit = () => {
    setMissing(token.trim() === '' || key.trim() === '');
    if (token.trim() === '' || key.trim() === '') return;
    // What the token itself holds wins over these.
    const given = others
      .map(({ name }) => [name, values[name]?.trim() ?? ''] as const)
      .filter(([, value]) => value !== '');
    const input = { organizationId, service, token, key, fields: Object.fromEntries(given) };
    command.mutate(input, { onSuccess: onClose });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && !command.isPending && onClose()}>
      <DialogContent>
        <DialogTitle>Import a {label} credential</DialogTitle>
        <DialogDescription>
          A Fernet token of the older system, opened on the server with its key, which is used for
          this import only.{replaces && ' The credential stored now is destroyed.'}
        </DialogDescription>
        <form
          noValidate
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <LabelledField
            label="Token"
            hint="Begins with gAAAAA"
            problem={missing && token.trim() === '' ? 'is needed' : undefined}
          >
            {(props) => (
              <textarea
                {...props}
                rows={3}
                value={token}
                maxLength={fernetTokenLengthMax}
                onChange={(event) => setToken(event.target.value)}
                spellCheck={false}
                autoComplete="off"
                className={`${inputLooks} h-auto font-mono`}
              />
            )}
          </LabelledField>
          <LabelledField
            label="Key of the older system"
            hint="44 characters, URL-safe base64"
            problem={missing && key.trim() === '' ? 'is needed' : undefined}
          >
            {(props) => (
              <Input
                {...props}
                type="password"
                autoComplete="new-password"
                value={key}
                maxLength={100}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </LabelledField>
          <OtherFields
            fields={others}
            values={values}
            onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
          />
          <FormFooter submit="Import" command={command} onCancel={onClose} />
        </form>
      </DialogContent>
    </Dialog>
  );
}
