import type { Command } from 'commander';
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { EXIT } from './exit-codes.ts';
import { CliError, printJson, printTable } from './output.ts';
import { addPlaceOptions, withControl, type Ask, type CliContext, type PlaceFlags } from './visit-control.ts';

interface ModelFlags extends PlaceFlags {
  json?: true;
}

const Usd = Type.Optional(Type.Number());
const CandidateSchema = Type.Object({
  name: Type.String(),
  input: Usd,
  output: Usd,
  cached_input: Usd,
  cache_write: Usd,
  search: Usd,
  context_tokens: Type.Optional(Type.Integer()),
  max_output_tokens: Type.Optional(Type.Integer()),
  takes: Type.Optional(Type.Array(Type.String())),
});
const ModelSchema = Type.Object({ id: Type.String(), candidates: Type.Array(CandidateSchema) });
type Model = Static<typeof ModelSchema>;
const listChecker = createChecker(Type.Object({ data: Type.Array(ModelSchema) }));

/** `reeve models [list|prices|test]`. */
export function addModelsCommand(program: Command, context: CliContext): void {
  const models = program.command('models').description('List, price and test the models that answer.');
  models.addHelpText('after', EXAMPLES);
  addPlaceOptions(
    models.command('list', { isDefault: true }).description('Aliases and models, with what is known of them.'),
  )
    .option('--json', 'print one JSON document')
    .action((flags: ModelFlags) => listModels(context, flags, printFacts));
  addPlaceOptions(models.command('prices').description('What each costs: USD per million tokens.'))
    .option('--json', 'print one JSON document')
    .action((flags: ModelFlags) => listModels(context, flags, printPrices));
  addPlaceOptions(models.command('test').description('Ask a model for one word, through the same path as every call.'))
    .argument('<name...>', 'aliases or provider/model names')
    .option('--json', 'print one JSON document')
    .action((names: string[], flags: ModelFlags) => testModels(context, names, flags));
}

type Print = (context: CliContext, models: readonly Model[]) => void;

async function listModels(context: CliContext, flags: ModelFlags, print: Print): Promise<void> {
  const reply = await withControl(context, flags, (ask) => ask('GET', '/v1/models'), 'calls');
  if (flags.json) return printJson(context.streams, reply);
  print(context, listChecker.parse(reply).data);
}

function printFacts({ streams }: CliContext, models: readonly Model[]): void {
  const rows = models.flatMap((model) =>
    model.candidates.map((candidate, index) => [
      index === 0 ? model.id : '',
      candidate.name,
      candidate.context_tokens?.toString() ?? UNKNOWN,
      candidate.max_output_tokens?.toString() ?? UNKNOWN,
      candidate.takes === undefined ? UNKNOWN : ['text', ...candidate.takes].join(', '),
    ]),
  );
  printTable(streams, ['NAME', 'CANDIDATE', 'CONTEXT', 'OUTPUT', 'TAKES'], rows);
  if (rows.some((row) => row.includes(UNKNOWN))) streams.out(LEGEND);
}

const UNKNOWN = '?';
const LEGEND = `
${UNKNOWN} is what nobody has said: the shipped catalogue does not know the model, and \`prices\` in reeve.yaml does not tell it.
`;

function printPrices({ streams }: CliContext, models: readonly Model[]): void {
  const usd = (value: number | undefined): string => value?.toString() ?? '';
  const rows = models.flatMap((model) =>
    model.candidates.map((candidate, index) => [
      index === 0 ? model.id : '',
      candidate.name,
      candidate.input?.toString() ?? 'unknown',
      usd(candidate.output),
      usd(candidate.cached_input),
      usd(candidate.cache_write),
      usd(candidate.search),
    ]),
  );
  printTable(streams, ['NAME', 'CANDIDATE', 'INPUT', 'OUTPUT', 'CACHED', 'CACHE WRITE', 'PER 1000 SEARCHES'], rows);
}

interface Tested {
  name: string;
  ok: boolean;
  detail: string;
}

const testedChecker = createChecker(Type.Object({ model: Type.String(), ok: Type.Boolean(), detail: Type.String() }));

async function testModels(context: CliContext, names: readonly string[], flags: ModelFlags): Promise<void> {
  const testAll = async (ask: Ask): Promise<Tested[]> => {
    const found: Tested[] = [];
    for (const name of names) found.push(await testModel(ask, name));
    return found;
  };
  const tested = await withControl(context, flags, testAll, 'calls');
  if (tested.some(({ ok }) => !ok)) context.exitCode = EXIT.failed;
  if (flags.json) return printJson(context.streams, { data: tested });
  const rows = tested.map(({ name, ok, detail }) => [name, ok ? 'answers' : 'FAILS', detail]);
  printTable(context.streams, ['NAME', 'STATE', 'DETAIL'], rows);
}

async function testModel(ask: Ask, name: string): Promise<Tested> {
  try {
    const { ok, detail } = testedChecker.parse(await ask('POST', '/api/v1/models/test', { model: name }));
    return { name, ok, detail };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { name, ok: false, detail: error.message };
  }
}

const EXAMPLES = `
Examples:
  reeve models
  reeve models prices
  reeve models test gpt-4o-mini`;
