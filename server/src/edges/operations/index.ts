/** The door of operations. */
export { createOperationsPlugin, type OperationsInputs } from './plugin.ts';
