/** The door of audit: the receipt log. */
export { canonicalise } from './canonical-json.ts';
export { clearCursors, lockProjection, readCursors, saveCursors } from './cursor-store.ts';
export { openDirectLedger } from './direct-ledger.ts';
export { openEmbeddedLedger } from './journal-ledger.ts';
export type { CommittedReceipt, Ledger, ReceiptDraft, Tags } from './ledger.ts';
export type { LedgerOptions, OpenLedger, Recovery } from './open-ledger.ts';
export { GENESIS_HASH, hashReceipt, verifyChain } from './receipt-chain.ts';
export type { ChainFault, ChainHead, ChainReport } from './receipt-chain.ts';
export { summariseReceipts, summariseTags } from './summarise-receipts.ts';
export type { ReceiptSums, SummedPart, TagSums, WriterCursors } from './summarise-receipts.ts';
export { verifyAllChains, verifyWriterChain } from './verify-receipts.ts';
