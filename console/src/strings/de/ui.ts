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
};
