import { Code, error, prepareWrite, prepareWriteResponse, Request, readByType, Type } from './att.ts';
import type { TesterChannel } from './channel.ts';
import { type Hex, items, octetAt, size, slice, u16, u16At } from './pdu.ts';

// Steps that several cases share.

/** The tester reads by type until there is no more, at the smallest ATT_MTU; gives handles and values as they came. */
export const readAllByType = async (
  att: TesterChannel,
  first: number,
  end: number,
  type: number,
): Promise<Hex[]> => {
  const found: Hex[] = [];
  let start = first;
  while (start <= end) {
    att.send(readByType(start, end, type));
    const answer = await att.next();
    if (answer === error(Request.readByType, start, Code.attributeNotFound)) break;
    if (octetAt(answer, 0) !== 0x09 || size(answer) > 23)
      throw new Error(`no answer to Read By Type: ${answer}`);
    found.push(...items(slice(answer, 2), octetAt(answer, 1)));
    start = u16At(found.at(-1) ?? '', 0) + 1;
  }
  return found;
};

/** The handle of the value of a characteristic that the server has once, which the tester discovers. */
export const findValue = async (att: TesterChannel, type: number): Promise<number> => {
  const declarations = await readAllByType(att, 0x0001, 0xffff, Type.characteristic);
  const found = declarations.find((each) => slice(each, 5) === u16(type));
  if (found === undefined) throw new Error(`the server has no characteristic ${u16(type)}`);
  return u16At(found, 3);
};

/** The tester prepares a value in parts of ATT_MTU - 5 octets at the smallest ATT_MTU, and each must come back as it was. */
export const prepare = async (att: TesterChannel, handle: number, value: Hex, at = 0): Promise<void> => {
  for (const [i, part] of items(value, 18).entries()) {
    const offset = at + 18 * i;
    await att.exchange(prepareWrite(handle, offset, part), prepareWriteResponse(handle, offset, part));
  }
};

/** A client under test prepares a value in parts of ATT_MTU - 5 octets at the smallest ATT_MTU, and the tester gives each back. */
export const expectPrepared = async (att: TesterChannel, handle: number, value: Hex): Promise<void> => {
  for (const [i, part] of items(value, 18).entries()) {
    await att.expect(prepareWrite(handle, 18 * i, part));
    att.send(prepareWriteResponse(handle, 18 * i, part));
  }
};

/** What has become of a promise, for a case that lets time pass. */
export const watch = (promise: Promise<unknown>): { readonly state: 'pending' | 'resolved' | 'rejected' } => {
  const watched: { state: 'pending' | 'resolved' | 'rejected' } = { state: 'pending' };
  promise.then(
    () => {
      watched.state = 'resolved';
    },
    () => {
      watched.state = 'rejected';
    },
  );
  return watched;
};
