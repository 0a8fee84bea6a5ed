import type { Infer, Shape } from '../../core/pdu.ts';
import type { HciCommandType, ReturnShape } from '../../hci/codec/command.ts';
import { encodeCommandComplete, encodeCommandStatus } from '../../hci/codec/command-answers.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import type { ControllerCore } from '../controller-core.ts';
import type { Vendor } from '../profile.ts';
import { zeroOf } from './zero.ts';

/** The version of the specification that brought a command, or what else a controller must be to have it. */
export type Since = '4.0' | '4.1' | '4.2' | '5.0' | 'dualMode' | Vendor;

/** How one command is carried out. */
export interface Handler {
  readonly type: HciCommandType;
  readonly since: Since;
  /** The packet that answers, or undefined for a command that is not answered. Throws MalformedPduError. */
  run(core: ControllerCore, packet: Uint8Array): Uint8Array | undefined;
  /** The same for a command that was refused before it ran. */
  refuse(status: number): Uint8Array | undefined;
}

type Values<R extends Shape> = Omit<Infer<ReturnShape<R>>, 'status'>;

/** A command answered by Command Complete: the handler gives the return values, or the status of a failure. */
export const complete = <P extends Shape, R extends Shape>(
  since: Since,
  type: HciCommandType<P, R>,
  handle: (core: ControllerCore, parameters: Infer<P>) => Values<R> | number,
): Handler => {
  // A failed command still has all its return parameters, without meaning but for those that name what it was about.
  const failed = (status: number, about: object): Uint8Array =>
    encodeCommandComplete(type, { ...zeroOf(type.returns.shape), ...sharedFields(type, about), status });
  return {
    type: type as unknown as HciCommandType,
    since,
    run: (core, packet) => {
      const parameters = type.decode(packet);
      const result = handle(core, parameters);
      if (typeof result === 'number' && result !== HciErrorCode.success) return failed(result, parameters);
      const values = typeof result === 'number' ? sharedFields(type, parameters) : result;
      return encodeCommandComplete(type, {
        ...zeroOf(type.returns.shape),
        ...values,
        status: HciErrorCode.success,
      });
    },
    refuse: (status) => failed(status, {}),
  };
};

/** A command answered by Command Status. What success leads to is given as a function, which runs after the answer has gone. */
export const status = <P extends Shape>(
  since: Since,
  type: HciCommandType<P>,
  handle: (core: ControllerCore, parameters: Infer<P>) => number | (() => void),
): Handler => ({
  type: type as unknown as HciCommandType,
  since,
  run: (core, packet) => {
    const result = handle(core, type.decode(packet));
    if (typeof result === 'number') return encodeCommandStatus(type.opcode, result);
    core.afterAnswer(result);
    return encodeCommandStatus(type.opcode, HciErrorCode.success);
  },
  refuse: (code) => encodeCommandStatus(type.opcode, code),
});

/** A command without an answer: the handler gives a status for the one case in which it is wrong. */
export const silent = <P extends Shape>(
  since: Since,
  type: HciCommandType<P>,
  handle: (core: ControllerCore, parameters: Infer<P>) => number,
): Handler => {
  const refuse = (code: number): Uint8Array | undefined =>
    code === HciErrorCode.success ? undefined : encodeCommandComplete(type, { status: code });
  return {
    type: type as unknown as HciCommandType,
    since,
    run: (core, packet) => refuse(handle(core, type.decode(packet))),
    refuse,
  };
};

/** Return parameters that repeat a parameter of the command: handles. */
const sharedFields = (type: HciCommandType<Shape, Shape>, parameters: object): object =>
  Object.fromEntries(
    Object.entries(parameters).filter(([name]) => name !== 'status' && name in type.returns.shape),
  );
