/** German: the words of the design system. */
import type { ui as English } from '../en/ui.ts';

export const ui: typeof English = {
  close: 'Schließen',
  cancel: 'Abbrechen',
  dismiss: 'Ausblenden',
  loading: 'Wird geladen …',
  copy: 'Kopieren',
  copied: 'Kopiert',
  'row-next': 'Nächste Zeile',
  'row-previous': 'Vorige Zeile',
  'row-close': 'Bereich schließen',
  'show-table': 'Als Tabelle zeigen',
  'show-chart': 'Als Diagramm zeigen',
  point: 'Punkt',
  filters: 'Filter',
  'filters-clear': 'Alle aufheben',
  'filter-remove': 'Filter aufheben – {name}: {value}',
  'facet-all': 'Alle {count, number} zeigen',
  'facet-fewer': 'Weniger zeigen',
  apply: 'Anwenden',
  'range-from': 'Von',
  'range-to': 'Bis',
  'range-backwards': 'Das liegt vor dem Beginn.',
  step: 'Schritt',
  'step-start': 'Beginn',
  'step-took': 'Dauer',
};
