/** Controls, states and messages. What is written here is sample text, and so in one language. */
import { useState } from 'react';
import {
  Badge,
  Button,
  CheckField,
  FieldGroup,
  CodeBlock,
  ConfirmDialog,
  Details,
  Dialog,
  EmptyState,
  IconButton,
  Kbd,
  Menu,
  Gauge,
  Notice,
  Panel,
  Picker,
  Popover,
  SelectField,
  showToast,
  SimpleTable,
  Tabs,
  TextArea,
  TextField,
  Tile,
  Tooltip,
} from '#ui';

export function ControlExamples() {
  return (
    <>
      <Buttons />
      <Fields />
      <Words />
    </>
  );
}

function Buttons() {
  const [open, setOpen] = useState<'dialog' | 'confirm' | null>(null);
  return (
    <Panel title="Buttons, menus, dialogs">
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary">Primary</Button>
        <Button icon="plus">Plain</Button>
        <Button look="quiet">Quiet</Button>
        <Button look="danger" icon="trash" onClick={() => setOpen('confirm')}>
          Danger
        </Button>
        <Button busy>Busy</Button>
        <Button onClick={() => setOpen('dialog')}>Dialog</Button>
        <Button onClick={() => showToast('The key is revoked.')}>Toast</Button>
        <Menu
          trigger={<Button icon="more">Menu</Button>}
          items={[
            { id: 'rename', label: 'Rename', icon: 'edit', onSelect: () => undefined },
            { id: 'delete', label: 'Delete', icon: 'trash', danger: true, onSelect: () => undefined },
          ]}
        />
        <Popover label="Filter" trigger={<Button icon="filter">Popover</Button>}>
          <CheckField label="Only failures" />
        </Popover>
        <PickerExample />
        <Tooltip text="It can be undone for ten minutes.">
          <Button look="quiet">Tooltip</Button>
        </Tooltip>
        <IconButton icon="refresh" label="Refresh" />
        <span>
          <Kbd>g</Kbd> <Kbd>c</Kbd>
        </span>
      </div>
      <Dialog
        open={open === 'dialog'}
        onClose={() => setOpen(null)}
        title="Create a key"
        lead="Its secret is shown once."
        foot={<Button onClick={() => setOpen(null)}>Close</Button>}
      >
        <TextField label="Name" placeholder="reporting" />
      </Dialog>
      <ConfirmDialog
        open={open === 'confirm'}
        onClose={() => setOpen(null)}
        title="Revoke this key?"
        lead="Programs that use it are refused at once. This cannot be undone."
        action="Revoke"
        onConfirm={() => undefined}
      />
    </Panel>
  );
}

function PickerExample() {
  const [model, setModel] = useState<string | null>(null);
  const options = ['small', 'large'].map((name) => ({ value: name, content: name }));
  return (
    <Picker
      label="Model"
      placeholder="Find a model"
      nothing="No model has this name."
      value={model}
      onPick={setModel}
      options={options}
    />
  );
}

function Fields() {
  const [tab, setTab] = useState('one');
  return (
    <Panel title="Fields and tabs">
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label="Name" hint="Shown in lists." defaultValue="reporting" />
        <TextField label="Expires" error="This day has passed." defaultValue="2020-01-01" />
        <SelectField
          label="Model"
          choices={[
            { value: 'small', label: 'small' },
            { value: 'large', label: 'large' },
          ]}
        />
        <TextArea label="Note" hint="Not sent to any model." />
        <FieldGroup legend="What it may do" error="Choose at least one.">
          <CheckField label="May call models" hint="models:invoke" />
        </FieldGroup>
      </div>
      <div className="mt-3">
        <Tabs
          label="Settings"
          value={tab}
          onChange={setTab}
          tabs={[
            { value: 'one', label: 'Providers', content: <p>Three providers.</p> },
            { value: 'two', label: 'Prices', content: <p>Forty prices.</p> },
          ]}
        />
      </div>
    </Panel>
  );
}

function Words() {
  return (
    <Panel title="States and messages">
      <div className="flex flex-col gap-3">
        <p className="flex flex-wrap gap-2">
          <Badge>draft</Badge>
          <Badge tone="ok">ok</Badge>
          <Badge tone="warn">slow</Badge>
          <Badge tone="danger">failed</Badge>
          <Badge tone="info">assumed</Badge>
        </p>
        <Notice tone="warn" title="Provider is down" onDismiss={() => undefined}>
          Calls go to the next candidate.
        </Notice>
        <Notice tone="danger" title="That did not work">
          The name is taken.
        </Notice>
        <div className="flex flex-wrap gap-2">
          <Tile label="Requests" value="1,204" note="last 5 minutes" />
          <Tile label="p95" value="840 ms" note="all models" />
        </div>
        <Gauge label="Journal" value={3} max={10} words="3 GB of 10 GB" />
        <SimpleTable
          label="Queues"
          head={['Queue', 'Due', 'Oldest']}
          rows={[{ id: 'webhooks', cells: ['webhooks', '3', '4 min'] }]}
          empty="No work is under way."
        />
        <Details
          items={[
            { name: 'Model', value: 'openai/small' },
            { name: 'Cost', value: '$0.000012345' },
          ]}
        />
        <CodeBlock label="Example" text="curl -s http://127.0.0.1:7337/v1/models" />
        <p dir="auto">مرحبا بالعالم: نص من اليمين إلى اليسار</p>
        <p>{'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3)}</p>
        <EmptyState title="Nothing here yet" action={<Button look="primary">Make the first call</Button>}>
          Receipts appear as soon as a program calls Reeve.
        </EmptyState>
      </div>
    </Panel>
  );
}
