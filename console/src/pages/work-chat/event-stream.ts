/** Server-sent events out of a response, in the order in which they came. */
export interface StreamEvent {
  /** A line that clients skip, where Reeve says what the call cost. */
  kind: 'data' | 'comment';
  text: string;
}

const SLICE_MS = 8;

/** All events of each piece that arrived; between pieces the page gets its turn, however fast they come. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let sliceStart = performance.now();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield lines.flatMap(toEvent);
      if (performance.now() - sliceStart > SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        sliceStart = performance.now();
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Reeve writes each event on one line. */
function toEvent(line: string): StreamEvent[] {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (text.startsWith('data:')) return [{ kind: 'data', text: text.slice(5).trimStart() }];
  return text.startsWith(':') ? [{ kind: 'comment', text: text.slice(1).trimStart() }] : [];
}
