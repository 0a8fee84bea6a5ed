import { readU16, writeU16 } from '../../core/bytes.ts';
import { type Field, type Infer, type Pdu, pdu, type Shape, u8 } from '../../core/pdu.ts';
import { HciPacketType } from '../../core/transport.ts';

/** Octets in front of a command's parameters: indicator, opcode, length (Vol 4, Part E, 5.4.1). */
export const COMMAND_HEADER_LENGTH = 4;

/** How a command is answered. `none`: not at all, unless it is wrong (Host_Number_Of_Completed_Packets). */
export type CommandAnswer = 'complete' | 'status' | 'none';

export type ReturnShape<R extends Shape> = { readonly status: Field<number> } & R;

/** An HCI command by its specification name: what it takes, how it is answered and what comes back. */
export interface HciCommandType<P extends Shape = Shape, R extends Shape = Shape> {
  readonly name: string;
  readonly opcode: number;
  readonly answer: CommandAnswer;
  readonly parameters: Pdu<P>;
  /** Of Command Complete, the status first; the status alone for the other two kinds of answer. */
  readonly returns: Pdu<ReturnShape<R>>;
  /** A whole packet, indicator first. */
  encode(parameters: Infer<P>): Uint8Array;
  /** The parameters of a whole packet. Throws MalformedPduError. */
  decode(packet: Uint8Array): Infer<P>;
}

/** No fields. */
export type NoShape = Readonly<Record<never, never>>;

const make = <P extends Shape, R extends Shape>(
  name: string,
  opcode: number,
  answer: CommandAnswer,
  parameterShape: P,
  returnShape: R,
): HciCommandType<P, R> => {
  const parameters = pdu(name, opcode, parameterShape);
  return {
    name,
    opcode,
    answer,
    parameters,
    returns: pdu(name, opcode, { status: u8, ...returnShape }),
    encode: (value) => {
      const length = parameters.measure(value);
      if (length > 0xff) throw new RangeError(`${name}: ${length} octets of parameters, 255 fit`);
      const packet = new Uint8Array(COMMAND_HEADER_LENGTH + length);
      packet[0] = HciPacketType.command;
      writeU16(packet, 1, opcode);
      packet[3] = length;
      parameters.encodeInto(value, packet, COMMAND_HEADER_LENGTH);
      return packet;
    },
    decode: (packet) => parameters.decode(packet, COMMAND_HEADER_LENGTH),
  };
};

/** A command answered by HCI_Command_Complete. `returns` are the fields behind the status. */
export const command = <P extends Shape, R extends Shape = NoShape>(
  name: string,
  opcode: number,
  parameters: P,
  returns?: R,
): HciCommandType<P, R> => make(name, opcode, 'complete', parameters, returns ?? ({} as R));

/** A command answered by HCI_Command_Status; what it leads to is told by an event later. */
export const statusCommand = <P extends Shape>(
  name: string,
  opcode: number,
  parameters: P,
): HciCommandType<P, NoShape> => make(name, opcode, 'status', parameters, {});

/** A command that is not answered and takes no place in the command flow control (Vol 4, Part E, 7.3.40). */
export const silentCommand = <P extends Shape>(
  name: string,
  opcode: number,
  parameters: P,
): HciCommandType<P, NoShape> => make(name, opcode, 'none', parameters, {});

/** The opcode of a whole command packet. The caller has checked that it has a header. */
export const opcodeOf = (packet: Uint8Array): number => readU16(packet, 1);
