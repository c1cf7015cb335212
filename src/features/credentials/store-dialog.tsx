import { useForm } from '@tanstack/react-form';
import { FormFooter } from '../../components/form-footer';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '../../components/ui/dialog';
import { credentialServiceInfo, type CredentialService } from '../../shared/credentials';
import { useStoreCredential } from './commands';
import { fieldProblem, initialValues, ServiceField } from './service-fields';

export interface CredentialDialogProps {
  organizationId: string;
  service: CredentialService;
  /** There is one already, which the new one replaces for good. */
  replaces: boolean;
  onClose: () => void;
}

/** A form made from the description of a service. What is typed leaves with the form. */
export function StoreDialog({ organizationId, service, replaces, onClose }: CredentialDialogProps) {
  const { label, fields } = credentialServiceInfo[service];
  const command = useStoreCredential();
  const form = useForm({
    defaultValues: initialValues(service),
    onSubmit: ({ value }) =>
      command.mutate({ organizationId, service, fields: value }, { onSuccess: onClose }),
  });
  return (
    <Dialog open onOpenChange={(open) => !open && !command.isPending && onClose()}>
      <DialogContent>
        <DialogTitle>
          {replaces ? `Replace the ${label} credential` : `Store a ${label} credential`}
        </DialogTitle>
        <DialogDescription>
          It is sealed on the server and never shown again; only its last four characters are.
          {replaces && ' The one stored now is destroyed.'}
        </DialogDescription>
        <form
          noValidate
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void form.handleSubmit();
          }}
        >
          {fields.map((info) => (
            <form.Field
              key={info.name}
              name={info.name}
              validators={{
                onBlur: ({ value }) => fieldProblem(service, info.name, value),
                onSubmit: ({ value }) => fieldProblem(service, info.name, value),
              }}
            >
              {(field) => (
                <ServiceField
                  info={info}
                  value={field.state.value ?? ''}
                  problem={field.state.meta.errors.find((problem) => problem !== undefined)}
                  onChange={field.handleChange}
                  // An empty field is no mistake yet.
                  onBlur={() => field.state.value !== '' && field.handleBlur()}
                />
              )}
            </form.Field>
          ))}
          <FormFooter
            submit={replaces ? 'Replace' : 'Store'}
            command={command}
            onCancel={onClose}
          />
        </form>
      </DialogContent>
    </Dialog>
  );
}
