/** Finds promises that nobody waits for: their failure would end the process, or pass unseen. */
import ts from 'typescript';

/** One line per statement whose value is a promise and is neither awaited nor given away with `void`. */
export function findDroppedPromises(program: ts.Program, isOurs: (path: string) => boolean): string[] {
  const checker = program.getTypeChecker();
  return program
    .getSourceFiles()
    .filter((file) => isOurs(file.fileName))
    .flatMap((file) => {
      const dropped: string[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isExpressionStatement(node) && isDropped(checker, node.expression)) {
          const { line } = file.getLineAndCharacterOfPosition(node.getStart());
          dropped.push(`${file.fileName}:${line + 1}: ${node.getText().slice(0, 80)}`);
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
      return dropped;
    });
}

function isDropped(checker: ts.TypeChecker, expression: ts.Expression): boolean {
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) return false;
  if (isAssignment(expression)) return false;
  const type = checker.getTypeAtLocation(expression);
  const branches = type.isUnion() ? type.types : [type];
  return branches.some((branch) => branch.getSymbol()?.name === 'Promise') && !isHandled(expression);
}

function isAssignment(expression: ts.Expression): boolean {
  if (!ts.isBinaryExpression(expression)) return false;
  const { kind } = expression.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** `.catch(…)` and `.then(…, …)` at the end of the chain say what becomes of a failure. */
function isHandled(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  const name = expression.expression.name.text;
  if (name === 'finally') return isHandled(expression.expression.expression);
  return name === 'catch' || (name === 'then' && expression.arguments.length === 2);
}
