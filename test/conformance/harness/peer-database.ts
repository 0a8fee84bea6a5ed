import { Code, error, Request, Type } from './att.ts';
import { type Hex, octet, octetAt, size, slice, u16, u16At, uuid } from './pdu.ts';

interface PeerAttribute {
  readonly handle: number;
  /** The last handle of its group. */
  readonly end: number;
  /** As on the air. */
  readonly type: Hex;
  readonly value: Hex;
}

export interface PeerCharacteristic {
  readonly uuid: number | string;
  readonly properties?: number;
  readonly value?: Hex;
  readonly descriptors?: readonly (number | string)[];
  /** Where its declaration stands; behind what is before it unless given. */
  readonly at?: number;
}

export interface PeerService {
  readonly uuid: number | string;
  readonly secondary?: boolean;
  /** Services by their place in the list, in front of this one or behind. */
  readonly includes?: readonly number[];
  readonly characteristics?: readonly PeerCharacteristic[];
  readonly at?: number;
}

/** What a client must find of one service; UUIDs as on the air. */
export interface PlacedService {
  readonly handle: number;
  readonly end: number;
  readonly uuid: Hex;
  readonly secondary: boolean;
  readonly includes: readonly number[];
  readonly characteristics: readonly PlacedCharacteristic[];
}

export interface PlacedCharacteristic {
  readonly handle: number;
  readonly end: number;
  readonly uuid: Hex;
  readonly properties: number;
  readonly descriptors: readonly { readonly handle: number; readonly uuid: Hex }[];
}

/** A database of the tester, and the answers that a server gives from it to discovery and reading. */
export class PeerDatabase {
  readonly services: readonly PlacedService[];
  /** Every request that was answered, oldest first. */
  readonly requests: Hex[] = [];
  /** The largest PDU that it sends: the smallest ATT_MTU unless set otherwise. */
  mtu = 23;
  readonly #attributes: readonly PeerAttribute[];

  constructor(services: readonly PeerService[]) {
    this.services = placed(services);
    this.#attributes = services.flatMap((service, i) => this.#attributesOf(service, i));
  }

  /** The answer to a PDU, or undefined for what is left to the case. */
  readonly answer = (pdu: Hex): Hex | undefined => {
    const answer = this.#answer(pdu);
    if (answer !== undefined) this.requests.push(pdu);
    return answer;
  };

  #answer(pdu: Hex): Hex | undefined {
    switch (octetAt(pdu, 0)) {
      case Request.findInformation:
        return this.#list(pdu, '05', undefined, (each) => ({
          lead: size(each.type) === 2 ? '01' : '02',
          item: u16(each.handle) + each.type,
        }));
      case Request.findByTypeValue: {
        const matching = { type: slice(pdu, 5, 7), value: slice(pdu, 7) };
        return this.#list(pdu, '07', matching, (each) => ({
          lead: '',
          item: u16(each.handle) + u16(each.end),
        }));
      }
      case Request.readByType:
        return this.#list(pdu, '09', { type: slice(pdu, 5) }, (each) =>
          measured(u16(each.handle) + each.value),
        );
      case Request.readByGroupType:
        return this.#list(pdu, '11', { type: slice(pdu, 5) }, (each) =>
          measured(u16(each.handle) + u16(each.end) + each.value),
        );
      case Request.read: {
        const found = this.#attributes.find(({ handle }) => handle === u16At(pdu, 1));
        return found === undefined ? undefined : `0b${found.value}`;
      }
      default:
        return undefined;
    }
  }

  /** As many items as fit, of those that have the lead and the length of the first. */
  #list(
    pdu: Hex,
    opcode: Hex,
    matching: { readonly type: Hex; readonly value?: Hex } | undefined,
    print: (attribute: PeerAttribute) => { readonly lead: Hex; readonly item: Hex },
  ): Hex {
    const [start, end] = [u16At(pdu, 1), u16At(pdu, 3)];
    const found = this.#attributes.filter(
      ({ handle, type, value }) =>
        handle >= start &&
        handle <= end &&
        (matching === undefined || type === matching.type) &&
        (matching?.value === undefined || value === matching.value),
    );
    let answer = '';
    let first: { readonly lead: Hex; readonly item: Hex } | undefined;
    for (const attribute of found) {
      const { lead, item } = print(attribute);
      first ??= { lead, item };
      if (answer === '') answer = opcode + lead;
      if (lead !== first.lead || item.length !== first.item.length || size(answer + item) > this.mtu) break;
      answer += item;
    }
    return answer === '' ? error(octetAt(pdu, 0), start, Code.attributeNotFound) : answer;
  }

  #attributesOf(service: PeerService, at: number): PeerAttribute[] {
    const { handle, end, uuid: type, secondary, includes, characteristics } = this.#service(at);
    const alone = (each: number, what: number | Hex, value: Hex): PeerAttribute => ({
      handle: each,
      end: each,
      type: typeof what === 'number' ? u16(what) : what,
      value,
    });
    return [
      { handle, end, type: u16(secondary ? Type.secondaryService : Type.primaryService), value: type },
      ...includes.map((index, i) => {
        const to = this.#service(index);
        const inline = size(to.uuid) === 2 ? to.uuid : '';
        return alone(handle + 1 + i, Type.include, u16(to.handle) + u16(to.end) + inline);
      }),
      ...characteristics.flatMap((each, i) => [
        alone(each.handle - 1, Type.characteristic, octet(each.properties) + u16(each.handle) + each.uuid),
        alone(each.handle, each.uuid, service.characteristics?.[i]?.value ?? ''),
        ...each.descriptors.map((descriptor) => alone(descriptor.handle, descriptor.uuid, '')),
      ]),
    ];
  }

  #service(at: number): PlacedService {
    const service = this.services[at];
    if (service === undefined) throw new Error(`the database has no service ${at}`);
    return service;
  }
}

const measured = (item: Hex): { readonly lead: Hex; readonly item: Hex } => ({
  lead: octet(size(item)),
  item,
});

/** Gives handles from 1 on, one behind the other, but where a service or a characteristic has a place of its own. */
const placed = (services: readonly PeerService[]): PlacedService[] => {
  let next = 1;
  return services.map(({ uuid: type, secondary = false, includes = [], characteristics = [], at }) => {
    const handle = at ?? next;
    next = handle + 1 + includes.length;
    const parts = characteristics.map((each) => {
      const value = (each.at ?? next) + 1;
      next = value + 1;
      const descriptors = (each.descriptors ?? []).map((descriptor) => ({
        handle: next++,
        uuid: uuid(descriptor),
      }));
      return { handle: value, uuid: uuid(each.uuid), properties: each.properties ?? 0x02, descriptors };
    });
    const end = next - 1;
    return {
      handle,
      end,
      uuid: uuid(type),
      secondary,
      includes,
      characteristics: parts.map((part, i) => ({ ...part, end: (parts[i + 1]?.handle ?? end + 2) - 2 })),
    };
  });
};
