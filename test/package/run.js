// Loads every entry of the installed package and fails if that has loaded native code.
import process from 'node:process';

await import('jelling');
await import('jelling/services');
await import('jelling/virtual');
await import('jelling/snoop');
await import('jelling/streams');

const native = process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node'));
if (native.length > 0) throw new Error(`importing the package loaded ${native.join(', ')}`);
