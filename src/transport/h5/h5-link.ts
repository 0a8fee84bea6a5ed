import { viewOf } from '../../core/bytes.ts';
import { type Clock, noTimer, type Timer } from '../../core/clock.ts';
import { Counters } from '../../core/counters.ts';
import { HciPacketType } from '../../core/transport.ts';
import { arrivingIndicators, type Line, type LineProtocol, type LineSide } from '../line-protocol.ts';
import {
  firstLinkState,
  type H5LinkAction,
  type H5LinkInput,
  type H5LinkState,
  type H5Terms,
  MESSAGE_PERIOD_MS,
  repeatedMessage,
  stepH5Link,
} from './h5-establishment.ts';
import {
  decodeLinkControl,
  encodeLinkControl,
  type H5Configuration,
  type H5LinkControl,
  MAX_WINDOW_SIZE,
} from './h5-link-control.ts';
import {
  decodeH5,
  encodeH5,
  H5_CHECK_LENGTH,
  H5_HEADER_LENGTH,
  H5_MAX_LENGTH,
  H5_MAX_PAYLOAD,
  H5PacketType,
} from './h5-packet.ts';
import { SILENCE_LIMIT_MS } from './h5-timing.ts';
import { H5Traffic, trafficCounterNames } from './h5-traffic.ts';
import { encodeSlip, SlipFramer } from './slip.ts';

export interface H5LinkOptions {
  readonly side: LineSide;
  readonly clock: Clock;
  /** What the deadlines for acknowledgments are reckoned from. */
  readonly baudRate: number;
  /** What this side would like; the whole window, and Data Integrity Checks, unless given. */
  readonly offer?: H5Configuration | undefined;
  /** Called when the phase of the link has changed. */
  readonly onPhase?: ((phase: H5LinkState['phase']) => void) | undefined;
}

const counterNames = [
  ...trafficCounterNames,
  'h5HeaderErrors',
  'h5LengthErrors',
  'h5IntegrityErrors',
  'h5PacketsUnexpected',
  'h5PacketsUnsendable',
] as const;

const faultCounters = {
  headerChecksum: 'h5HeaderErrors',
  payloadLength: 'h5LengthErrors',
  dataIntegrity: 'h5IntegrityErrors',
} as const;

/**
 * H5, the three-wire transport (Vol 4, Part D), over a line that may lose, add and spoil octets. What is sent waits until the link is established. Before
 * start() nothing is acknowledged, so that nothing is lost for want of somebody to deliver to.
 */
export class H5Link implements LineProtocol {
  readonly #clock: Clock;
  readonly #onPhase: H5LinkOptions['onPhase'];
  readonly #terms: H5Terms;
  readonly #arriving: readonly number[];
  readonly #framer: SlipFramer;
  readonly #traffic: H5Traffic;
  readonly #counters = new Counters(counterNames);
  #line: Line;
  #state: H5LinkState;
  /** Sends again what the state repeats. */
  #repeat: Timer = noTimer;
  #repeatsSince = 0;
  #delivers = false;
  #stopped = false;

  constructor(options: H5LinkOptions, line: Line) {
    const { side, clock, baudRate, offer } = options;
    this.#clock = clock;
    this.#onPhase = options.onPhase;
    this.#line = line;
    this.#terms = { side, offer: offer ?? { windowSize: MAX_WINDOW_SIZE, dataIntegrityCheck: true } };
    this.#arriving = arrivingIndicators[side];
    this.#state = firstLinkState(this.#terms);
    this.#framer = new SlipFramer(H5_MAX_LENGTH, {
      packet: (bytes) => this.#receive(bytes),
      faulty: (length) => this.#receiveFaulty(length),
    });
    this.#traffic = new H5Traffic({
      clock,
      baudRate,
      counters: this.#counters,
      configuration: () => this.configuration,
      isReady: () => this.#isReady(),
      write: (frame) => this.#line.write(frame),
      lose: (what) => this.#line.lose(what),
    });
  }

  get phase(): H5LinkState['phase'] {
    return this.#state.phase;
  }

  /** What the two ends have agreed on, while the link is active. */
  get configuration(): H5Configuration | undefined {
    return this.#state.phase === 'active' ? this.#state.configuration : undefined;
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#framer.counters, ...this.#counters.all() };
  }

  get pendingBytes(): number {
    return this.#traffic.pendingBytes;
  }

  /** Begins to establish the link, where this side is the one to begin; start() does so too. */
  call(): void {
    this.#beginToRepeat();
  }

  /** From now on the link belongs to another user of the line. */
  handTo(line: Line): void {
    this.#line = line;
  }

  start(): void {
    this.#delivers = true;
    if (this.#state.phase === 'uninitialized') this.call();
  }

  push(chunk: Uint8Array): void {
    this.#framer.push(chunk);
    if (this.#traffic.owesAcknowledgment) this.#line.wake();
  }

  send(packet: Uint8Array): void {
    if (packet.length > H5_MAX_PAYLOAD + 1) this.#counters.add('h5PacketsUnsendable');
    // Unreliable, since synchronous flow control is never asked for (4.5).
    else if (packet[0] === HciPacketType.sco) this.#traffic.sendUnreliable(packet);
    else this.#traffic.sendReliable(packet);
  }

  turnEnds(): void {
    if (this.#traffic.owesAcknowledgment) this.#traffic.acknowledge();
  }

  settled(): Promise<void> {
    return this.#traffic.settled();
  }

  stop(): void {
    this.#stopped = true;
    this.#framer.stop();
    this.#repeat.cancel();
    this.#traffic.stop();
  }

  #receive(bytes: Uint8Array): void {
    const packet = decodeH5(bytes);
    if (typeof packet === 'string') {
      this.#counters.add(faultCounters[packet]);
      this.#receiveFaulty(bytes.length);
    } else if (packet.type === H5PacketType.linkControl) {
      const message = decodeLinkControl(packet.payload);
      if (message === undefined) this.#counters.add('h5PacketsUnexpected');
      else this.#step({ kind: 'message', message });
    } else if (this.#state.phase !== 'active') {
      this.#step({ kind: 'otherPacket' });
    } else if (packet.checked && !this.#state.configuration.dataIntegrityCheck) {
      // A check that was not agreed on is an error (6.3).
      this.#counters.add('h5IntegrityErrors');
      this.#receiveFaulty(bytes.length);
    } else if ((this.#delivers || !packet.reliable) && this.#traffic.receive(packet)) {
      this.#deliver(packet.type, viewOf(bytes, H5_HEADER_LENGTH - 1, packet.payload.length + 1));
    }
  }

  /** `packet` is the payload and the octet before it, which has been read. */
  #deliver(type: number, packet: Uint8Array): void {
    if (type === H5PacketType.acknowledgment) return;
    if (!this.#arriving.includes(type)) {
      this.#counters.add('h5PacketsUnexpected');
      return;
    }
    packet[0] = type;
    if (this.#delivers) this.#line.packet(packet);
  }

  /** A packet came with an error; `length` is what there was of it. */
  #receiveFaulty(length: number): void {
    if (this.#state.phase !== 'active') this.#step({ kind: 'otherPacket' });
    // A spoilt acknowledgment is not acknowledged: two ends that understand nothing of each other would never fall silent.
    else if (length > H5_HEADER_LENGTH + H5_CHECK_LENGTH) this.#traffic.receiveFaulty();
  }

  /** Whether packets may leave. An end that sleeps is called first (9.3). */
  #isReady(): boolean {
    if (this.#state.phase !== 'active') return false;
    if (this.#state.peer === 'asleep') this.#step({ kind: 'wanted' });
    return this.#state.peer === 'awake';
  }

  #step(input: H5LinkInput): void {
    const before = this.#state;
    const { state, actions } = stepH5Link(before, input, this.#terms);
    this.#state = state;
    for (const action of actions) this.#act(action);
    if (this.#stopped) return;
    if (repeatedMessage(state, this.#terms)?.name !== repeatedMessage(before, this.#terms)?.name)
      this.#beginToRepeat();
    if (state.phase !== before.phase) this.#onPhase?.(state.phase);
    if (state.phase === 'active') this.#traffic.pump();
  }

  #act(action: H5LinkAction): void {
    if (action.kind === 'reply') this.#writeMessage(action.message);
    else this.#line.peerReset();
  }

  #beginToRepeat(): void {
    this.#repeatsSince = this.#clock.now();
    this.#repeatMessage();
  }

  /** Sends what the state repeats, now and after each period. */
  #repeatMessage(): void {
    this.#repeat.cancel();
    const message = repeatedMessage(this.#state, this.#terms);
    if (message === undefined || this.#stopped) return;
    if (message.name === 'wakeup' && this.#clock.now() - this.#repeatsSince >= SILENCE_LIMIT_MS) {
      this.#line.lose(`the other end has slept for ${SILENCE_LIMIT_MS / 1000} s although it was called`);
      return;
    }
    this.#writeMessage(message);
    this.#repeat = this.#clock.after(MESSAGE_PERIOD_MS, () => this.#repeatMessage());
  }

  #writeMessage(message: H5LinkControl): void {
    // The four messages of link establishment carry no check (8), and no other message does.
    const packet = encodeH5({
      reliable: false,
      sequence: 0,
      acknowledge: 0,
      type: H5PacketType.linkControl,
      checked: false,
      payload: encodeLinkControl(message),
    });
    this.#line.write(encodeSlip(packet));
  }
}
