import type { Socket } from 'node:net';
import { viewOf } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { MalformedPduError } from '../../core/errors.ts';
import { releaseSocket } from '../socket/socket.ts';
import { MessageFramer } from './message-framer.ts';
import {
  decodeOperation,
  encodeDevlist,
  encodeImport,
  encodeRefusal,
  ImportStatus,
  type OperationRequest,
  operationLength,
} from './operations.ts';
import {
  commandLength,
  decodeCommand,
  encodeRetSubmit,
  encodeRetUnlink,
  type Unlink,
  type Urb,
  type UrbResult,
} from './urbs.ts';
import type { AttachedDevice, UsbHost, UsbipDevice } from './usbip-device.ts';

/** Transfers that a host may have under way; Linux has a handful for each endpoint. */
const MAX_PENDING_URBS = 1024;
/** Octets that may wait for a client which asks and does not read the answers. */
const MAX_UNREAD_OCTETS = 1024 * 1024;

export interface UsbipSessionOptions {
  readonly socket: Socket;
  readonly devices: () => readonly UsbipDevice[];
  readonly clock: Clock;
  readonly closed: () => void;
}

/**
 * One client's connection. It begins with an operation; an import turns it into the way to one device until it ends. What is no message of the
 * protocol ends it at once, since nothing can be found again in a stream without marks.
 */
export class UsbipSession implements UsbHost {
  readonly #options: UsbipSessionOptions;
  readonly #socket: Socket;
  readonly #framer = new MessageFramer();
  readonly #pending = new Map<number, Urb>();
  #device: AttachedDevice | undefined;
  #devid = 0;
  #isEnded = false;
  #released: Promise<void> | undefined;

  constructor(options: UsbipSessionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#socket.on('data', (chunk: Uint8Array) => this.#received(chunk));
    this.#socket.on('error', () => this.#end('atOnce'));
    this.#socket.on('end', () => this.#end('atOnce'));
    this.#socket.on('close', () => this.#end('atOnce'));
  }

  complete(urb: Urb, result: UrbResult): void {
    if (this.#pending.delete(urb.seqnum)) this.#write(encodeRetSubmit(urb, result));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  disconnect(how: 'gently' | 'atOnce'): Promise<void> {
    return this.#end(how);
  }

  #received(chunk: Uint8Array): void {
    let rest = viewOf(chunk, 0, chunk.length);
    try {
      while (!this.#isEnded) {
        const lengthOf = this.#device === undefined ? operationLength : commandLength;
        const step = this.#framer.take(rest, lengthOf);
        if (step.message === undefined) return;
        rest = step.rest;
        if (this.#device === undefined) this.#operate(decodeOperation(step.message));
        else this.#command(this.#device, decodeCommand(step.message));
      }
    } catch (error) {
      if (!(error instanceof MalformedPduError)) throw error;
      void this.#end('atOnce');
    }
  }

  #operate(request: OperationRequest): void {
    const plugged = this.#options.devices().filter((device) => device.isPlugged);
    if (request.operation === 'devlist') {
      this.#write(encodeDevlist(plugged.map((device) => device.exported)));
      void this.#end('gently');
      return;
    }
    const wanted = plugged.find(({ exported }) => exported.busid === request.busid);
    const device = wanted?.attach(this) ?? ImportStatus.noDevice;
    if (wanted === undefined || typeof device === 'number') {
      this.#write(encodeRefusal(typeof device === 'number' ? device : ImportStatus.noDevice));
      void this.#end('gently');
      return;
    }
    this.#device = device;
    this.#devid = wanted.exported.busnum * 0x1_0000 + wanted.exported.devnum;
    this.#write(encodeImport(wanted.exported));
  }

  #command(device: AttachedDevice, command: Urb | Unlink): void {
    if (command.devid !== this.#devid) throw new MalformedPduError('a command for another device');
    if (command.command === 'unlink') {
      const urb = this.#pending.get(command.unlinkSeqnum);
      this.#pending.delete(command.unlinkSeqnum);
      if (urb !== undefined) device.unlink(urb);
      this.#write(encodeRetUnlink(command, urb !== undefined));
      return;
    }
    if (this.#pending.size >= MAX_PENDING_URBS) throw new MalformedPduError('too many transfers under way');
    if (this.#pending.has(command.seqnum)) throw new MalformedPduError('two transfers of one number');
    this.#pending.set(command.seqnum, command);
    device.submit(command);
  }

  #write(octets: Uint8Array): void {
    if (this.#isEnded) return;
    this.#socket.write(octets);
    if (this.#socket.writableLength > MAX_UNREAD_OCTETS) void this.#end('atOnce');
  }

  #end(how: 'gently' | 'atOnce'): Promise<void> {
    if (this.#released !== undefined) return this.#released;
    this.#isEnded = true;
    this.#pending.clear();
    this.#released = releaseSocket(this.#socket, this.#options.clock, how).finally(this.#options.closed);
    const device = this.#device;
    this.#device = undefined;
    device?.detached();
    return this.#released;
  }
}
