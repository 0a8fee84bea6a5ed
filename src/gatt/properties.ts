/** What a characteristic can do, as its declaration tells the client (Vol 3, Part G, 3.3.1.1). */
export interface CharacteristicProperties {
  readonly broadcast: boolean;
  readonly read: boolean;
  readonly writeNoResponse: boolean;
  readonly write: boolean;
  readonly notify: boolean;
  readonly indicate: boolean;
  readonly signedWrite: boolean;
  readonly extended: boolean;
}

const PropertyBit = {
  broadcast: 0x01,
  read: 0x02,
  writeNoResponse: 0x04,
  write: 0x08,
  notify: 0x10,
  indicate: 0x20,
  signedWrite: 0x40,
  extended: 0x80,
} as const;

const names = Object.keys(PropertyBit) as readonly (keyof CharacteristicProperties)[];

export const propertiesFromBits = (bits: number): CharacteristicProperties => ({
  broadcast: (bits & PropertyBit.broadcast) !== 0,
  read: (bits & PropertyBit.read) !== 0,
  writeNoResponse: (bits & PropertyBit.writeNoResponse) !== 0,
  write: (bits & PropertyBit.write) !== 0,
  notify: (bits & PropertyBit.notify) !== 0,
  indicate: (bits & PropertyBit.indicate) !== 0,
  signedWrite: (bits & PropertyBit.signedWrite) !== 0,
  extended: (bits & PropertyBit.extended) !== 0,
});

export const propertiesToBits = (
  properties: {
    readonly [K in keyof CharacteristicProperties]?: boolean | undefined;
  },
): number => {
  let bits = 0;
  for (const name of names) if (properties[name] === true) bits |= PropertyBit[name];
  return bits;
};

/** `read, notify`; `none` where there is nothing. */
export const printProperties = (properties: CharacteristicProperties): string => {
  const present = names.filter((name) => properties[name]);
  return present.length === 0 ? 'none' : present.join(', ');
};
