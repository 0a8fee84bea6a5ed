import type { Style } from './style.ts';

export interface Branch {
  /** One line, or several: all but the first stand under it. */
  readonly lines: readonly string[];
  readonly branches?: readonly Branch[] | undefined;
}

/** The lines of a tree: its root flush left, what is under it hanging from lines. */
export const tree = (root: Branch, style: Style): readonly string[] => [
  ...root.lines,
  ...under(root.branches ?? [], '', style),
];

const under = (branches: readonly Branch[], indent: string, style: Style): readonly string[] =>
  branches.flatMap((branch, i) => {
    const last = i === branches.length - 1;
    const [first = '', ...more] = branch.lines;
    const inner = `${indent}${last ? '   ' : '│  '}`;
    const hangs = (branch.branches ?? []).length > 0 ? '│  ' : '   ';
    return [
      style('dim', `${indent}${last ? '└─ ' : '├─ '}`) + first,
      ...more.map((line) => style('dim', inner + hangs) + line),
      ...under(branch.branches ?? [], inner, style),
    ];
  });
