/** The call that makes the first receipt, with a model that is there. */
import { useQuery } from '@tanstack/react-query';
import { request } from '#api';
import { CodeBlock } from '#ui';

/** Answers where no provider is configured. */
const HELLO = 'reeve/hello';

export function FirstCall({ label }: { label: string }) {
  const { data: model = HELLO } = useQuery({
    queryKey: ['first-model'],
    queryFn: async ({ signal }) => readFirst(await request('/v1/models', { method: 'GET', signal })),
  });
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'What is Reeve?' }] });
  const command = [
    `curl -s ${window.location.origin}/v1/chat/completions`,
    '-H "Authorization: Bearer $REEVE_API_KEY"',
    "-H 'Content-Type: application/json'",
    `-d '${body}'`,
  ];
  return <CodeBlock label={label} text={command.join(' \\\n  ')} />;
}

async function readFirst(response: Response): Promise<string> {
  const { data }: { data?: { id: string }[] } = await response.json();
  return data?.[0]?.id ?? HELLO;
}
