/** Asks a provider for one word: does it answer, how fast, and what is wrong if not. */
import { Link } from '@tanstack/react-router';
import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import { call, type Reply } from '#api';
import { holds, ProblemNote, useFormats, useMe } from '#app';
import { Button, Notice, Section, TextField } from '#ui';

type Tested = Reply<'POST /api/v1/providers/{name}/test'>;

export function ProviderTest({ provider, models }: { provider: string; models: readonly string[] }) {
  const t = useTranslations('settings');
  const me = useMe();
  const list = useId();
  const [model, setModel] = useState('');
  const test = useMutation({
    mutationFn: (name: string) =>
      call('POST /api/v1/providers/{name}/test', {
        params: { name: provider },
        body: name === '' ? {} : { model: name },
      }),
  });
  if (!holds(me, 'operations:manage')) return null;
  return (
    <Section title={t('test')}>
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          test.mutate(model.trim());
        }}
      >
        <TextField
          label={t('model')}
          hint={t('test-hint')}
          list={list}
          placeholder={models[0]}
          value={model}
          onChange={({ target }) => setModel(target.value)}
        />
        <datalist id={list}>
          {models.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </datalist>
        <div>
          <Button type="submit" look="primary" icon="play" busy={test.isPending}>
            {t(test.isPending ? 'testing' : 'test-now')}
          </Button>
        </div>
      </form>
      <div aria-live="polite" className="mt-2">
        {test.error === null ? null : <ProblemNote error={test.error} />}
        {test.data === undefined || test.isPending ? null : <Verdict tested={test.data} />}
      </div>
    </Section>
  );
}

function Verdict({ tested }: { tested: Tested }) {
  const t = useTranslations('settings');
  const formats = useFormats();
  const { ok, detail, model, latency_ms: ms, cost_nanos: cost, receipt_id: receipt, error_code: code } = tested;
  const search = { open: receipt ?? '' };
  return (
    <Notice tone={ok ? 'ok' : 'danger'} title={t(ok ? 'test-ok' : 'test-failed', { model })}>
      <p dir="auto">{detail}</p>
      <p>
        {[formats.milliseconds(ms), cost === null ? null : formats.money(cost), code]
          .filter((part) => part !== null)
          .join(' · ')}
      </p>
      {receipt === null ? null : (
        <Link to="/prove/receipts" search={search} className="inline-block min-h-6 font-medium underline">
          {t('to-receipt')}
        </Link>
      )}
    </Notice>
  );
}
