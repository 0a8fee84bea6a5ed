import { Characteristic, Descriptor, Service } from 'jelling';
import { bytes, ramp } from './pdu.ts';

/** A 128-bit UUID that is nobody's. */
export const longUuid = (short: number): string =>
  `5a1e0000-${short.toString(16).padStart(4, '0')}-4c4c-8f00-3d9b1c6a7e55`;

/** 60 octets: at the smallest ATT_MTU three parts to read, of which the last is short, and four to prepare. */
export const LONG_VALUE = ramp(60);
export const SHORT_VALUE = '0102030405';

/** The services that a server under test has for the tester: one with a characteristic for each purpose, and those that discovery needs. */
export const testServices = () => {
  const included = { short: new Service(0xffc0), long: new Service(longUuid(0xffc1), { secondary: true }) };
  new Characteristic(included.short, 0xc001, { read: true, initial: bytes('c1') });

  const main = new Service(0xffb0);
  main.include(included.short);
  main.include(included.long);
  const short = new Characteristic(main, 0xb001, { read: true, write: true, initial: bytes(SHORT_VALUE) });
  const long = new Characteristic(main, 0xb002, { read: true, write: true, initial: bytes(LONG_VALUE) });
  const otherLong = new Characteristic(main, 0xb003, {
    read: true,
    write: true,
    initial: bytes(ramp(60, 0x80)),
  });
  const readOnly = new Characteristic(main, 0xb004, { read: true, initial: bytes('aa55') });
  const writeOnly = new Characteristic(main, 0xb005, { write: true, initial: bytes('5aa5') });
  const unauthorized = new Characteristic(main, 0xb006, {
    read: true,
    write: true,
    initial: bytes('dead'),
    authorize: () => false,
  });
  const command = new Characteristic(main, 0xb007, {
    read: true,
    writeNoResponse: true,
    initial: bytes('00'),
  });
  const fixed = new Characteristic(main, 0xb008, {
    read: true,
    write: true,
    writeNoResponse: true,
    maxLength: 4,
    initial: bytes('f0f1f2f3'),
  });
  const longFixed = new Characteristic(main, longUuid(0xb009), {
    read: true,
    write: true,
    maxLength: 40,
    initial: bytes(ramp(40)),
  });
  const sending = new Characteristic(main, 0xb00a, {
    read: true,
    notify: true,
    indicate: true,
    initial: bytes('5e4d'),
  });
  const alsoSending = new Characteristic(main, 0xb00d, { notify: true, initial: bytes('616263') });

  const unauthenticated = new Characteristic(main, 0xb00c, {
    read: { authenticated: true },
    write: { authenticated: true },
    initial: bytes('beef'),
  });

  const described = new Characteristic(main, 0xb00b, { read: true, initial: bytes('77') });
  const descriptor = new Descriptor(described, 0x2901, {
    read: true,
    write: true,
    initial: bytes('64657363'),
  });
  const longDescriptor = new Descriptor(described, longUuid(0xd001), {
    read: true,
    write: true,
    initial: bytes(LONG_VALUE),
  });
  const manyDescriptors = Array.from(
    { length: 7 },
    (_, i) => new Descriptor(described, i % 3 === 2 ? longUuid(0xd010 + i) : 0xd010 + i, { read: true }),
  );

  const full = new Characteristic(included.short, 0xc002, { read: true, initial: bytes(ramp(512)) });

  // More of one UUID than one answer holds, of both lengths.
  const twins = Array.from({ length: 6 }, () => new Service(0xffd0));
  const longTwins = Array.from({ length: 6 }, () => new Service(longUuid(0xffd1)));
  const services = [included.short, included.long, main, ...twins, ...longTwins];
  return {
    services,
    included,
    main,
    twins,
    longTwins,
    short,
    long,
    otherLong,
    readOnly,
    writeOnly,
    unauthorized,
    unauthenticated,
    command,
    fixed,
    longFixed,
    sending,
    alsoSending,
    described,
    descriptors: [descriptor, longDescriptor, ...manyDescriptors],
    descriptor,
    longDescriptor,
    /** 512 octets. */
    full,
    /** Those of the main service with their properties as the declaration tells them. */
    characteristics: [
      [short, 0x0a],
      [long, 0x0a],
      [otherLong, 0x0a],
      [readOnly, 0x02],
      [writeOnly, 0x08],
      [unauthorized, 0x0a],
      [command, 0x06],
      [fixed, 0x0e],
      [longFixed, 0x0a],
      [sending, 0x32],
      [alsoSending, 0x10],
      [unauthenticated, 0x0a],
      [described, 0x02],
    ] as const,
    /** No attribute stands there. */
    invalidHandle: 0x0fff,
  };
};
