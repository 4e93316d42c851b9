/** The door of memory. */
export { createMemoryPlugin, type MemoryInputs } from './plugin.ts';
