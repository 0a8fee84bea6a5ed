/**
 * Who may import whom. The table is the rule; the rest of the file reads every import, in whatever form it is
 * written, and holds it against the table.
 *
 *     tsx scripts/layers.ts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

interface Layer {
  /** The files of the layer. The first layer that names a file owns it. */
  readonly files: readonly string[];
  /** Layers, packages and `node:` modules that it may import. `hci` grants `hci/codec` too. */
  readonly may: readonly string[];
  /** What it may import only by `import()` or `import type`, so that nothing is loaded before it is used. */
  readonly lazily?: readonly string[];
}

/** What `node:*` does not grant: roads around the Clock and around this table. */
const WITHHELD = ['node:timers', 'node:timers/promises', 'node:perf_hooks', 'node:module'];
const ENTRIES = ['services', 'snoop', 'streams', 'virtual', 'package.json'];
const PUBLIC = ['jelling', ...ENTRIES.map((entry) => `jelling/${entry}`)];
const HOST = ['core', 'crypto', 'transport', 'hci', 'l2cap', 'att', 'smp', 'gatt'];

export const layers: Readonly<Record<string, Layer>> = {
  entry: {
    files: ['src/index.ts', 'src/open.ts'],
    may: [...HOST, 'gap', 'snoop'],
    lazily: ['transport', 'virtual'],
  },
  core: { files: ['src/core/**'], may: [] },
  crypto: { files: ['src/crypto/**'], may: ['core', 'node:crypto'] },
  transport: {
    files: ['src/transport/**'],
    may: ['core', 'node:*'],
    lazily: ['usb', 'serialport', '@serialport/*', 'hci-socket'],
  },
  'hci/codec': {
    files: ['src/hci/codec/**', 'src/hci/*-codes.ts', 'src/hci/commands*.ts', 'src/hci/events*.ts'],
    may: ['core', 'crypto'],
  },
  hci: { files: ['src/hci/**'], may: ['core', 'crypto', 'hci/codec'] },
  l2cap: { files: ['src/l2cap/**'], may: ['core', 'hci'] },
  att: { files: ['src/att/**'], may: ['core', 'l2cap'] },
  smp: { files: ['src/smp/**'], may: ['core', 'crypto', 'hci', 'l2cap'] },
  'gatt/server': { files: ['src/gatt/server/**'], may: ['core', 'crypto', 'att', 'gatt/common'] },
  'gatt/client': { files: ['src/gatt/client/**'], may: ['core', 'crypto', 'att', 'gatt/common'] },
  'gatt/common': { files: ['src/gatt/*.ts'], may: ['core', 'crypto', 'att'] },
  'gap/files': {
    files: ['src/gap/*/*-file.ts', 'src/gap/bonds/state-folder.ts'],
    may: [...HOST, 'gap', 'node:*'],
  },
  gap: { files: ['src/gap/**'], may: HOST },
  'services/folder': {
    files: ['src/services/files/folder-*.ts'],
    may: ['core', 'crypto', 'services', 'node:*'],
  },
  services: {
    files: ['src/services/**'],
    may: ['core', 'crypto', 'att', 'gatt', 'gap'],
    lazily: ['services/folder', 'streams'],
  },
  virtual: { files: ['src/virtual/**'], may: ['core', 'crypto', 'hci/codec', 'transport'] },
  snoop: { files: ['src/snoop/**'], may: ['core', 'hci/codec', 'node:*'] },
  streams: { files: ['src/streams/**'], may: ['core', 'node:stream'] },
  tools: { files: ['tools/**'], may: [...PUBLIC, 'node:*', ...WITHHELD] },
  examples: { files: ['examples/**', 'examples/*.js'], may: [...PUBLIC, 'node:*', ...WITHHELD] },
};

export interface Complaint {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Every import in a file that the table refuses. `file` is a path from the root of the project. */
export function judge(file: string, text: string): Complaint[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const complaints: Complaint[] = [];
  const refuse = (position: number, message: string): void => {
    const { line, character } = source.getLineAndCharacterOfPosition(position);
    complaints.push({ line: line + 1, column: character + 1, message });
  };
  const from = layerOf(file);
  if (from === undefined) {
    refuse(0, 'no layer owns this file');
    return complaints;
  }
  for (const { position, specifier, lazy } of importsOf(source)) {
    const message = specifier === undefined ? 'names no module' : objection(file, from, specifier, lazy);
    if (message !== undefined) refuse(position, message);
  }
  return complaints;
}

interface Import {
  readonly position: number;
  /** Undefined where the module is not named by a literal. */
  readonly specifier: string | undefined;
  readonly lazy: boolean;
}

function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (at: ts.Node | undefined, lazy: boolean): void => {
    const specifier = at !== undefined && ts.isStringLiteralLike(at) ? at.text : undefined;
    found.push({ position: (at ?? source).getStart(source), specifier, lazy });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      // `import { type X }` still loads the module: only the clause makes it a type import.
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier !== undefined) add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isExternalModuleReference(node)) {
      add(node.expression, false);
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument, true);
    } else if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) {
      add(node.name, true);
    } else if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      if (isImport || isRequire(node.expression)) add(node.arguments[0], isImport);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const reference of [...source.referencedFiles, ...source.typeReferenceDirectives]) {
    found.push({ position: reference.pos, specifier: reference.fileName, lazy: true });
  }
  return found;
}

function isRequire(callee: ts.Expression): boolean {
  const target = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  return ts.isIdentifier(target) && target.text === 'require';
}

function objection(file: string, from: string, specifier: string, lazy: boolean): string | undefined {
  const { may, lazily = [] } = layers[from] ?? { may: [] };
  let target = specifier;
  if (/^\.\.?(?:\/|$)/.test(specifier)) {
    const path = posix.normalize(posix.join(posix.dirname(file), specifier));
    if (!path.endsWith('.ts')) return `'${specifier}': name the file, with its .ts`;
    if (path.startsWith('src/') && path.endsWith('/index.ts'))
      return `'${specifier}': an index file is for users`;
    const layer = layerOf(path);
    if (layer === from) return undefined;
    if (layer === undefined) return `'${specifier}': no layer owns that file`;
    target = layer;
  }
  if (lazily.some((pattern) => grants(pattern, target))) {
    return lazy ? undefined : `${from} may load ${target} only by import() or 'import type'`;
  }
  return may.some((pattern) => grants(pattern, target)) ? undefined : `${from} may not import ${target}`;
}

function grants(pattern: string, target: string): boolean {
  if (pattern === target) return true;
  if (pattern === 'node:*') return target.startsWith('node:') && !WITHHELD.includes(target);
  if (pattern.endsWith('/*')) return target.startsWith(pattern.slice(0, -1));
  return target in layers && target.startsWith(`${pattern}/`);
}

function layerOf(file: string): string | undefined {
  return Object.keys(layers).find((name) => layers[name]?.files.some((pattern) => glob(pattern).test(file)));
}

/** `**` is any path and `*` any part of a name; only TypeScript belongs to a layer. */
function glob(pattern: string): RegExp {
  const source = pattern.replace(
    /\*\*|[*.]/g,
    (sign) => ({ '**': '.*\\.ts', '*': '[^/]*' })[sign] ?? `\\${sign}`,
  );
  return new RegExp(`^${source}$`);
}

function main(): void {
  const files = ['src', 'tools', 'examples'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
      .map((name) => posix.join(folder, name)),
  );
  const lines = files.flatMap((file) =>
    judge(file, readFileSync(file, 'utf8')).map((at) => `${file}:${at.line}:${at.column} ${at.message}`),
  );
  for (const line of lines) console.error(line);
  console.log(`layers: ${files.length} files, ${lines.length} refused`);
  process.exitCode = lines.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
