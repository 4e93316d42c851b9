import { openTestDatabase } from '../database/testing.ts';
import { describeFailures } from './failures-contract.testing.ts';
import { describeWorkers } from './workers-contract.testing.ts';
import { describeWorkflows } from './workflows-contract.testing.ts';

describeWorkflows('PGlite', openTestDatabase);
describeFailures('PGlite', openTestDatabase);
describeWorkers('PGlite', openTestDatabase);
