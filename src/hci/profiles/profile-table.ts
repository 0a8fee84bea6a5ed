import { type Address, parseAddress } from '../../core/address.ts';
import { HciCommand } from '../codec/commands.ts';
import { BroadcomCommand } from '../codec/commands-vendor.ts';
import { CompanyIdentifier, CoreVersion } from '../codec/version.ts';
import type { ControllerProfile, FirmwareImage } from './controller-profile.ts';

const NEWEST = 0xff;

const addresses = (...texts: readonly string[]): readonly Address[] => texts.map(parseAddress);

const hcd = (lmpSubversion: number, chip: string): FirmwareImage => ({
  chip,
  lmpSubversion,
  files: [`brcm/${chip}.hcd`],
});

const broadcomImages: readonly FirmwareImage[] = [
  hcd(0x2209, 'BCM43430A1'),
  hcd(0x410c, 'BCM43430B0'),
  hcd(0x6119, 'BCM4345C0'),
  hcd(0x6606, 'BCM4345C5'),
  hcd(0x4103, 'BCM4330B1'),
  hcd(0x410d, 'BCM4334B0'),
  hcd(0x410e, 'BCM43341B0'),
  hcd(0x6109, 'BCM4335C0'),
  hcd(0x610c, 'BCM4354'),
  hcd(0x2122, 'BCM4343A0'),
  hcd(0x230f, 'BCM4356A2'),
  hcd(0x6106, 'BCM4359C0'),
  hcd(0x2119, 'BCM4373A0'),
];

const realtek = (
  lmpSubversion: number,
  hciSubversion: number,
  name: string,
  project: number,
  more: Partial<FirmwareImage> = {},
): FirmwareImage => ({
  chip: name.toUpperCase(),
  lmpSubversion,
  hciSubversion,
  files: [`rtl_bt/${name}_fw.bin`],
  config: `rtl_bt/${name}_config.bin`,
  project,
  ...more,
});

const realtekImages: readonly FirmwareImage[] = [
  realtek(0x8761, 0x000a, 'rtl8761a', 3),
  realtek(0x8761, 0x000b, 'rtl8761bu', 14),
  realtek(0x8761, 0x000e, 'rtl8761cu', 51),
  realtek(0x8723, 0x000b, 'rtl8723b', 1),
  realtek(0x8723, 0x000d, 'rtl8723d', 9, { needsConfig: true }),
  realtek(0x8821, 0x000a, 'rtl8821a', 2),
  realtek(0x8821, 0x000c, 'rtl8821c', 10),
  realtek(0x8822, 0x000b, 'rtl8822b', 8, { needsConfig: true }),
  realtek(0x8822, 0x000c, 'rtl8822cu', 13),
  realtek(0x8851, 0x000b, 'rtl8851bu', 36),
  realtek(0x8852, 0x000a, 'rtl8852au', 18),
  realtek(0x8852, 0x000b, 'rtl8852bu', 20),
  realtek(0x8852, 0x000c, 'rtl8852cu', 25, {
    files: ['rtl_bt/rtl8852cu_fw_v2.bin', 'rtl_bt/rtl8852cu_fw.bin'],
  }),
  realtek(0x8852, 0x0087, 'rtl8852btu', 47),
  realtek(0x8922, 0x000a, 'rtl8922au', 44),
];

const lmpSubversionsOf = (images: readonly FirmwareImage[]): readonly number[] =>
  images.map(({ lmpSubversion }) => lmpSubversion);

/** What Jelling knows of controllers beyond what they tell themselves. The first that fits counts; most need none. */
export const controllerProfiles: readonly ControllerProfile[] = [
  {
    name: 'zephyr',
    controllers: 'Zephyr and nRF Connect SDK firmware: nRF52, nRF53 and nRF54 boards',
    why: 'the chip has no public address, and tells the static random one that it was born with by a vendor command. The same opcodes write on chips of others',
    source: 'Zephyr, include/zephyr/bluetooth/hci_vs.h; nrfxlib, softdevice_controller/include/sdc_hci_vs.h',
    recognition: {
      companies: [CompanyIdentifier.linuxFoundation, CompanyIdentifier.nordicSemiconductor],
      hciVersions: [CoreVersion['5.0'], NEWEST],
    },
    staticAddressBy: 'zephyr',
  },
  {
    name: 'broadcom',
    controllers: "Broadcom's and Cypress's chips on a UART: the Raspberry Pi's own",
    why: 'the ROM works and has faults that a patch mends; it is lost with the power. Its build number is 0 until then. After the patch has started the chip is back at the rate at which it wakes up. Chips that nobody gave an address all have the same one',
    source: 'Linux, drivers/bluetooth/btbcm.c and hci_bcm.c; the logs of Raspberry Pis',
    recognition: {
      companies: [CompanyIdentifier.broadcom, CompanyIdentifier.cypress],
      bus: 'uart',
      lmpSubversions: lmpSubversionsOf(broadcomImages),
    },
    steps: [
      {
        op: 'load',
        format: 'hcd',
        images: broadcomImages,
        whenMissing: 'goOn',
        buildBits: 0x0fff,
        before: [
          { op: 'send', command: BroadcomCommand.downloadMinidriver, parameters: {} },
          { op: 'wait', ms: 50 },
        ],
      },
      { op: 'hostBaudRate', baudRate: 115_200 },
      { op: 'wait', ms: 250 },
      { op: 'reset' },
      {
        op: 'raiseBaudRate',
        command: BroadcomCommand.updateBaudRate,
        fasterClock: {
          aboveBaudRate: 3_000_000,
          first: { op: 'send', command: BroadcomCommand.writeUartClockSetting, parameters: { type: 1 } },
        },
      },
    ],
    sharedAddresses: addresses(
      '43:43:A0:12:1F:AC',
      '43:43:A1:12:1F:AC',
      '43:45:C0:00:1F:AC',
      '43:45:C5:00:1F:AC',
      '43:30:B1:00:00:00',
      '43:34:B0:00:00:00',
      '43:34:1B:00:1F:AC',
      'AA:AA:AA:AA:AA:AA',
    ),
  },
  {
    name: 'realtek',
    controllers: "Realtek's chips on USB without their firmware: RTL8761BU dongles and their kin",
    why: 'what is in ROM pairs and connects badly or not at all; the firmware is lost when the dongle is unplugged. A chip that has it goes by another LMP subversion',
    source: 'Linux, drivers/bluetooth/btrtl.c',
    recognition: {
      companies: [CompanyIdentifier.realtek],
      bus: 'usb',
      lmpSubversions: lmpSubversionsOf(realtekImages),
    },
    steps: [{ op: 'load', format: 'realtek', images: realtekImages, whenMissing: 'fail' }, { op: 'reset' }],
  },
  {
    name: 'intel',
    controllers: "Intel's chips on USB: those of laptops",
    why: 'newer ones are a boot loader that refuses HCI_Reset until they have their firmware, which they keep as long as they have power. Chips that nobody gave an address all have the same one',
    source: 'Linux, drivers/bluetooth/btintel.c and btusb.c; Bumble, drivers/intel.py',
    recognition: { companies: [CompanyIdentifier.intel], bus: 'usb' },
    bootLoaderOf: { usbVendorId: 0x8087 },
    steps: [{ op: 'bootIntel' }],
    sharedAddresses: addresses('00:03:19:9E:8B:00'),
  },
  {
    name: 'csr8510',
    controllers: 'CSR8510 A10 dongles, and what is sold as one',
    why: 'version 4.0 at best, whatever a clone says: some say that they are newer and have commands that they do not',
    source: 'Linux, drivers/bluetooth/btusb.c',
    recognition: { companies: [CompanyIdentifier.cambridgeSiliconRadio] },
    withheld: [
      HciCommand.setEventMaskPage2,
      HciCommand.leReadBufferSizeV2,
      HciCommand.leSetExtendedScanParameters,
      HciCommand.leExtendedCreateConnection,
    ],
  },
  {
    name: 'actions',
    controllers: 'dongles with the ATS2851 of Actions Semiconductor',
    why: 'the extended commands for scanning and connecting are listed, accepted, and lead to nothing',
    source: 'Linux, drivers/bluetooth/btusb.c',
    recognition: { companies: [CompanyIdentifier.actions] },
    withheld: [
      HciCommand.leSetExtendedScanParameters,
      HciCommand.leExtendedCreateConnection,
      HciCommand.leSetResolvablePrivateAddressTimeout,
    ],
  },
];
