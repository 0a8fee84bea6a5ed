import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The README with each example printed from its file: `<!-- examples/NAME -->` before a code block says which. */
export const withExamples = (readme: string): string =>
  readme.replace(
    /<!-- (examples\/\S+) -->\n```(\w+)\n[\s\S]*?```/g,
    (_, path: string, language: string) =>
      `<!-- ${path} -->\n\`\`\`${language}\n${readFileSync(at(path), 'utf8')}\`\`\``,
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(at('README.md'), withExamples(readFileSync(at('README.md'), 'utf8')));
}
