import { describe } from 'vitest';
import { openTestDatabase } from '../database/testing.ts';
import { busContract } from './bus-contract.testing.ts';

describe('the bus inside PGlite', () => {
  busContract(async () => {
    const database = await openTestDatabase();
    return { database, natsUrl: null, close: () => database.close() };
  });
});
