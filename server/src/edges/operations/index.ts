/** The door of operations. */
export { createOperationsPlugin, createOverviewPlugin, type OperationsInputs } from './plugin.ts';
