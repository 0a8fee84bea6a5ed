import { MalformedPduError } from '../../core/errors.ts';
import { GattUuid } from '../gatt-codes.ts';
import {
  decodeAggregateFormat,
  decodePresentationFormat,
  type PresentationFormat,
} from '../presentation-format.ts';
import type { ClientContext } from './client-context.ts';
import type { Deadline } from './deadline.ts';
import type { RemoteDescriptor } from './remote-descriptor.ts';

/** The presentation formats among descriptors, in the order that the aggregate format gives them, else in their own. Each is read once, however often it is referred to. */
export const readPresentationFormats = async (
  { peer }: ClientContext,
  descriptors: readonly RemoteDescriptor[],
  deadline: Deadline,
): Promise<readonly PresentationFormat[]> => {
  const own = descriptors.filter(({ uuid }) => uuid === GattUuid.characteristicPresentationFormat);
  const aggregate = descriptors.find(({ uuid }) => uuid === GattUuid.characteristicAggregateFormat);
  const handles =
    aggregate === undefined ? undefined : decodeAggregateFormat(await aggregate.read(deadline.step()));
  const parts = handles?.map((handle) => own.find((each) => each.handle === handle)) ?? own;
  const read = new Map<RemoteDescriptor, PresentationFormat>();
  const formats: PresentationFormat[] = [];
  for (const part of parts) {
    if (part === undefined) {
      throw new MalformedPduError(
        `${peer} has an aggregate format that refers to what is no presentation format of its characteristic`,
      );
    }
    const format = read.get(part) ?? decodePresentationFormat(await part.read(deadline.step()));
    read.set(part, format);
    formats.push(format);
  }
  return formats;
};
