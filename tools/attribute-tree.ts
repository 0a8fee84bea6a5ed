import {
  AttError,
  AttErrorCode,
  type Connection,
  characteristicName,
  descriptorName,
  type RemoteCharacteristic,
  type RemoteDescriptor,
  serviceName,
  type WaitOptions,
} from 'jelling';
import { headline, printHandle } from './describe.ts';
import { showValue, type ValueFields, valueFields } from './show-value.ts';
import type { Style } from './style.ts';
import { type Branch, tree } from './tree.ts';

/** What a peer has, with the values that could be read. */
export interface ServiceNode {
  readonly uuid: string;
  readonly handle: number;
  readonly endHandle: number;
  readonly characteristics: readonly CharacteristicNode[];
}

export interface CharacteristicNode extends Reading {
  readonly uuid: string;
  readonly handle: number;
  readonly properties: readonly string[];
  readonly descriptors: readonly DescriptorNode[];
}

export interface DescriptorNode extends Reading {
  readonly uuid: string;
  readonly handle: number;
}

/** A value, or what the peer answered instead; neither where it was not asked for. */
interface Reading {
  readonly bytes?: Uint8Array | undefined;
  readonly refusal?: string | undefined;
}

export interface CollectOptions extends WaitOptions {
  readonly values: boolean;
}

/** Asks the peer for everything it has. */
export const collectTree = async (
  connection: Connection,
  options: CollectOptions,
): Promise<readonly ServiceNode[]> => {
  const { values, ...wait } = options;
  const nodes: ServiceNode[] = [];
  for (const service of await connection.discover(wait)) {
    const characteristics: CharacteristicNode[] = [];
    for (const characteristic of await service.characteristics(wait)) {
      const { uuid, handle, properties } = characteristic;
      const descriptors: DescriptorNode[] = [];
      for (const descriptor of await characteristic.descriptors(wait)) {
        const reading = values ? await readingOf(descriptor, wait) : {};
        descriptors.push({ uuid: descriptor.uuid, handle: descriptor.handle, ...reading });
      }
      characteristics.push({
        uuid,
        handle,
        properties: Object.entries(properties).flatMap(([name, has]) => (has ? [name] : [])),
        descriptors,
        ...(values && properties.read ? await readingOf(characteristic, wait) : {}),
      });
    }
    const { uuid, handle, endHandle } = service;
    nodes.push({ uuid, handle, endHandle, characteristics });
  }
  return nodes;
};

/** A refusal is part of the picture; a lost link is not. */
const readingOf = async (
  attribute: RemoteCharacteristic | RemoteDescriptor,
  wait: WaitOptions,
): Promise<Reading> => {
  try {
    return { bytes: await attribute.read(wait) };
  } catch (error) {
    if (error instanceof AttError) return { refusal: statusName(error.status) };
    throw error;
  }
};

/** `insufficient authentication`. */
const statusName = (status: number): string => {
  const name = Object.entries(AttErrorCode).find(([, code]) => code === status)?.[0];
  return name === undefined
    ? `error 0x${status.toString(16).padStart(2, '0')}`
    : name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
};

/** Enough to know a value by; `read` prints the whole. */
const MOST_OCTETS = 16;

/** The tree for people. */
export const showTree = (
  root: readonly string[],
  services: readonly ServiceNode[],
  style: Style,
): readonly string[] =>
  tree({ lines: root, branches: services.map((node) => serviceBranch(node, style)) }, style);

const serviceBranch = ({ uuid, characteristics }: ServiceNode, style: Style): Branch => ({
  lines: [headline(uuid, serviceName(uuid), style)],
  branches: characteristics.map((node) => {
    const { properties, descriptors } = node;
    const head = `${headline(node.uuid, characteristicName(node.uuid), style)}  ${style('yellow', properties.join(' '))}`;
    return {
      lines: [`${head}  ${style('dim', `@${printHandle(node.handle)}`)}`, ...readingLines(node, style)],
      branches: descriptors.map((descriptor) => ({
        lines: [
          headline(descriptor.uuid, descriptorName(descriptor.uuid), style),
          ...readingLines(descriptor, style),
        ],
      })),
    };
  }),
});

const readingLines = (node: CharacteristicNode | DescriptorNode, style: Style): readonly string[] => {
  if (node.refusal !== undefined) return [`${style('dim', '=')} ${style('red', node.refusal)}`];
  if (node.bytes === undefined) return [];
  return [`${style('dim', '=')} ${showValue(node.uuid, node.bytes, style, MOST_OCTETS)}`];
};

/** The fields of a service for programs. */
export const serviceFields = ({ uuid, handle, endHandle, characteristics }: ServiceNode) => ({
  uuid,
  name: serviceName(uuid),
  handle,
  endHandle,
  characteristics: characteristics.map((node) => ({
    uuid: node.uuid,
    name: characteristicName(node.uuid),
    handle: node.handle,
    properties: node.properties,
    ...readingFields(node),
    descriptors: node.descriptors.map((descriptor) => ({
      uuid: descriptor.uuid,
      name: descriptorName(descriptor.uuid),
      handle: descriptor.handle,
      ...readingFields(descriptor),
    })),
  })),
});

const readingFields = ({
  uuid,
  bytes,
  refusal,
}: Reading & { readonly uuid: string }): Partial<ValueFields> & { refusal?: string | undefined } =>
  bytes === undefined ? { refusal } : valueFields(uuid, bytes);
