import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import { parseMoniker } from '../../../src/gap/moniker.ts';

const line = {
  kind: 'serial',
  baudRate: undefined,
  flowControl: true,
  protocol: 'h4',
  evenParity: false,
  raiseTo: undefined,
};

describe('monikers', () => {
  test.each([
    ['usb', { kind: 'usb', select: { by: 'class' } }],
    ['usb:0A12:0001', { kind: 'usb', select: { by: 'id', vendorId: 0x0a12, productId: 1 } }],
    ['usb:1-2.3', { kind: 'usb', select: { by: 'port', bus: 1, port: '2.3' } }],
    ['serial:/dev/ttyACM0', { ...line, path: '/dev/ttyACM0' }],
    ['serial:COM3,115200,noflow', { ...line, path: 'COM3', baudRate: 115_200, flowControl: false }],
    ['serial:/dev/ttyS0,h5', { ...line, path: '/dev/ttyS0', protocol: 'h5', flowControl: false }],
    ['serial:/dev/ttyS0,h5,rtscts', { ...line, path: '/dev/ttyS0', protocol: 'h5' }],
    [
      'serial:/dev/ttyS0,even,115200,h5',
      {
        ...line,
        path: '/dev/ttyS0',
        protocol: 'h5',
        flowControl: false,
        baudRate: 115_200,
        evenParity: true,
      },
    ],
    ['serial:/dev/ttyS0,noflow,h5,rtscts,h4', { ...line, path: '/dev/ttyS0' }],
    [
      'serial:/dev/ttyAMA0,115200,raise=3000000',
      { ...line, path: '/dev/ttyAMA0', baudRate: 115_200, raiseTo: 3_000_000 },
    ],
    ['tcp:localhost:9001', { kind: 'tcp', host: 'localhost', port: 9001 }],
    ['tcp:[::1]:9001', { kind: 'tcp', host: '::1', port: 9001 }],
    ['unix:/run/bt.sock', { kind: 'unix', path: '/run/bt.sock' }],
    ['hci-socket', { kind: 'hci-socket', index: undefined }],
    ['hci-socket:2', { kind: 'hci-socket', index: 2 }],
    ['hci-socket:hci0', { kind: 'hci-socket', index: 0 }],
    ['virtual', { kind: 'virtual', air: undefined }],
    ['virtual:lab', { kind: 'virtual', air: 'lab' }],
  ])('%s', (text, moniker) => {
    expect(parseMoniker(text)).toEqual(moniker);
  });

  test.each([
    '',
    'bluetooth',
    'usb:nonsense',
    'usb:0a12:',
    'serial:',
    'serial:/dev/x,fast',
    'serial:/dev/x,h6',
    'serial:/dev/x,raise=',
    'serial:/dev/x,raise=0',
    'serial:/dev/x,h5,raise=921600',
    'serial:/dev/x,even',
    'serial:/dev/x,h4,even',
    'serial:/dev/x,h5,odd',
    'tcp:9001',
    'tcp:localhost:0',
    'tcp:localhost:70000',
    'tcp::9001',
    'unix:',
    'hci-socket:first',
    'hci-socket:-1',
    'hci-socket:65535',
  ])("'%s' is refused, and the forms are listed", (text) => {
    expect(() => parseMoniker(text)).toThrow(InvalidArgumentError);
    expect(() => parseMoniker(text)).toThrow(/The forms are:[\s\S]*serial:PATH/);
  });
});
