import { createLazyRoute } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageFrame } from '#ui';
import { ChartExamples } from './chart-examples.tsx';
import { ControlExamples } from './control-examples.tsx';
import { FilterExamples } from './filter-examples.tsx';
import { TableExample } from './table-example.tsx';

export const route = createLazyRoute('/design')({ component: DesignPage });

function DesignPage() {
  const t = useTranslations('design');
  return (
    <PageFrame title={t('title')} lead={t('lead')}>
      <ControlExamples />
      <FilterExamples />
      <ChartExamples />
      <TableExample />
    </PageFrame>
  );
}
