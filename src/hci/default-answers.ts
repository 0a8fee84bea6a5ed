import type { Infer, Shape } from '../core/pdu.ts';
import type { HciCommandType } from './codec/command.ts';
import { HciCommand } from './codec/commands.ts';
import { HciErrorCode } from './codec/error-codes.ts';
import { HciEvent } from './codec/events.ts';
import type { EventDispatcher } from './event-dispatcher.ts';

/** Sends a command whose outcome nobody waits for. */
export type SendAndForget = <P extends Shape, R extends Shape>(
  command: HciCommandType<P, R>,
  parameters: Infer<P>,
) => void;

/** What the controller asks and must be told, also when nobody listens: the peer would wait for it until the link is lost. */
export const setDefaultAnswers = (events: EventDispatcher, send: SendAndForget): void => {
  // No key: the peer is told PIN or Key Missing (Vol 6, Part B, 5.1.3.1).
  events.setDefault(HciEvent.leLongTermKeyRequest, ({ connectionHandle }) => {
    send(HciCommand.leLongTermKeyRequestNegativeReply, { connectionHandle });
  });
  // Vol 6, Part B, 5.1.7.2.
  events.setDefault(HciEvent.leRemoteConnectionParameterRequest, ({ connectionHandle }) => {
    send(HciCommand.leRemoteConnectionParameterRequestNegativeReply, {
      connectionHandle,
      reason: HciErrorCode.unacceptableConnectionParameters,
    });
  });
};
