import { characteristicName, serviceName } from 'jelling';
import type { Style } from './style.ts';

/** `180f Battery`. */
const describeService = (uuid: string): string => withName(uuid, serviceName(uuid));

export const describeCharacteristic = (uuid: string): string => withName(uuid, characteristicName(uuid));

const withName = (uuid: string, name: string | undefined): string =>
  name === undefined ? uuid : `${uuid} ${name}`;

/** `180f Battery, 1812`. */
export const describeServices = (uuids: readonly string[]): string => uuids.map(describeService).join(', ');

/** `0x0012`. */
export const printHandle = (handle: number): string => `0x${handle.toString(16).padStart(4, '0')}`;

/** The name in bold behind its UUID; the UUID in bold where it is all there is. */
export const headline = (uuid: string, name: string | undefined, style: Style): string =>
  name === undefined ? style('bold', uuid) : `${style('cyan', uuid)} ${style('bold', name)}`;
