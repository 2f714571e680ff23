import path from 'node:path';
import ts from 'typescript';

const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  skipLibCheck: true,
};

/**
 * Reads what entries of a package export. Each entry has its declarations as text, sorted by name. A problem is a type that
 * an exported declaration uses without being exported itself, or a declaration or member without a comment.
 *
 * @param entries - name and declaration file of each entry.
 * @param folder - the folder of all declaration files of the package.
 */
export function readApi(entries, folder) {
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    OPTIONS,
  );
  const checker = program.getTypeChecker();
  const exported = entries.map(({ name, file }) => ({ name, symbols: exportsOf(checker, program, file) }));
  const all = new Set(exported.flatMap(({ symbols }) => symbols.map(({ symbol }) => symbol)));
  const problems = new Set();
  const read = ({ name, symbols }) => ({
    name,
    declarations: symbols.map(({ as, symbol }) => {
      const [declaration] = symbol.declarations ?? [];
      const place = `${name}: ${as}`;
      for (const type of forgotten(checker, declaration, { all, folder }))
        problems.add(`${place} uses ${type}, which is not exported.`);
      for (const member of uncommented(declaration)) problems.add(`${place}${member} has no comment.`);
      return textOf(declaration, as);
    }),
  });
  return { entries: exported.map(read), problems: [...problems] };
}

function exportsOf(checker, program, file) {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`There is no ${file}. Build first.`);
  return checker
    .getExportsOfModule(checker.getSymbolAtLocation(source))
    .map((symbol) => ({ as: symbol.name, symbol: resolved(checker, symbol) }))
    .sort((a, b) => (a.as < b.as ? -1 : 1));
}

function resolved(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The names of types of the package in a declaration that no entry exports. */
function forgotten(checker, declaration, { all, folder }) {
  const found = new Set();
  const visit = (node) => {
    const name = nameOf(node);
    if (name !== undefined) {
      const given = checker.getSymbolAtLocation(name);
      const symbol = given && resolved(checker, given);
      const [where] = symbol?.declarations ?? [];
      const isOurs =
        where !== undefined &&
        where.getSourceFile().fileName.startsWith(folder + path.sep) &&
        isStatement(where);
      if (isOurs && !all.has(symbol)) found.add(symbol.name);
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return found;
}

/** The name of another declaration that a node refers to. */
function nameOf(node) {
  if (ts.isTypeReferenceNode(node)) return rightmost(node.typeName);
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  if (ts.isImportTypeNode(node) && node.qualifier !== undefined) return rightmost(node.qualifier);
  if (ts.isTypeQueryNode(node)) return rightmost(node.exprName);
  return undefined;
}

function rightmost(name) {
  return ts.isQualifiedName(name) ? name.right : name;
}

/** Type parameters and members need no export. */
function isStatement(declaration) {
  const owner = ts.isVariableDeclaration(declaration) ? declaration.parent.parent.parent : declaration.parent;
  return ts.isSourceFile(owner);
}

/**
 * The places in a declaration that lack a comment: '' is the declaration itself, '.x' its member x. A comment covers all
 * that is inside of what it belongs to, such as the two members of `{ from, to }`.
 */
function uncommented(declaration) {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const found = isCommented(statement) ? [] : [''];
  const visit = (node) => {
    if (node !== declaration && isCommented(node)) return;
    if (isMember(node)) found.push(`.${node.name.getText()}`);
    else ts.forEachChild(node, visit);
  };
  visit(declaration);
  return found;
}

function isMember(node) {
  const isOne =
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node);
  return isOne && ts.isIdentifier(node.name);
}

/** Whether a comment for readers stands right before it. In a union, it stands behind the bar. */
function isCommented(node) {
  const text = node.getSourceFile().text;
  const start = ts.isUnionTypeNode(node.parent) ? endOfPrevious(node) : node.getFullStart();
  return text.slice(start, node.getStart()).includes('/**');
}

/** Where the member of a union before this one ends. */
function endOfPrevious(node) {
  const { types } = node.parent;
  return types[types.indexOf(node) - 1]?.getEnd() ?? node.parent.getFullStart();
}

const PRINTER = ts.createPrinter({ removeComments: true });

/** A declaration without comments. */
function textOf(declaration, as) {
  const source = declaration.getSourceFile();
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const text = PRINTER.printNode(ts.EmitHint.Unspecified, statement, source)
    .replace(/\bimport\("[^"]*"\)\./g, '')
    .replace(/^export (?:declare )?/, 'export ');
  return as === declaration.name?.getText() ? text : `// exported as ${as}\n${text}`;
}
