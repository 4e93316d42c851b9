/** What pages take from the app: who works here, search parameters, formats, faults. */
export { useActors, type Actors } from './actors.ts';
export { saveFile } from './save-file.ts';
export { FirstCall } from './first-call.tsx';
export { useFormats, type Formats } from './formats.ts';
export { useOutcomes } from './outcomes.ts';
export type { Receipt } from './receipt/receipt.ts';
export { receiptQuery } from './receipt/receipt-query.ts';
export { ReceiptLead } from './receipt/receipt-lead.tsx';
export { StatusBadge } from './receipt/status-badge.tsx';
export { WholeReceipt } from './receipt/whole-receipt.tsx';
export { findLanguage, language, LANGUAGES, remember, recall, theme, useSignal } from './preferences.ts';
export { faultAt, ProblemNote, ProblemText } from './problem-note.tsx';
export { useListing, type Listing } from './listing.ts';
export { dropAbsent, readChoice, readFlag, readInteger, readList, readText, type RawSearch } from './search.ts';
export { holds, useMaybeMe, useMe, useSession, type Me } from './session.ts';
export { UnpricedCalls } from './unpriced-calls.tsx';
export { SavedViews } from './saved-views.tsx';
