import type { Reply } from '#api';

export type Receipt = Reply<'GET /api/v1/receipts/{id}'>;
