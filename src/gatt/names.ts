import { parseUuid, type UuidLike } from '../core/uuid.ts';

// Names of the Bluetooth SIG's Assigned Numbers for what is met most often; nothing but what people read depends on them.

const serviceNames: Readonly<Record<string, string>> = {
  '1800': 'Generic Access',
  '1801': 'Generic Attribute',
  '1802': 'Immediate Alert',
  '1803': 'Link Loss',
  '1804': 'Tx Power',
  '1805': 'Current Time',
  '1808': 'Glucose',
  '1809': 'Health Thermometer',
  '180a': 'Device Information',
  '180d': 'Heart Rate',
  '180f': 'Battery',
  '1810': 'Blood Pressure',
  '1811': 'Alert Notification',
  '1812': 'Human Interface Device',
  '1814': 'Running Speed and Cadence',
  '1815': 'Automation IO',
  '1816': 'Cycling Speed and Cadence',
  '1818': 'Cycling Power',
  '1819': 'Location and Navigation',
  '181a': 'Environmental Sensing',
  '181b': 'Body Composition',
  '181c': 'User Data',
  '181d': 'Weight Scale',
  '1822': 'Pulse Oximeter',
  '1826': 'Fitness Machine',
  '1827': 'Mesh Provisioning',
  '1828': 'Mesh Proxy',
  '183b': 'Binary Sensor',
  '1844': 'Volume Control',
  '184e': 'Audio Stream Control',
  '184f': 'Broadcast Audio Scan',
  '1850': 'Published Audio Capabilities',
  '1855': 'Telephony and Media Audio',
  fe59: 'Nordic Secure DFU',
  '6e400001-b5a3-f393-e0a9-e50e24dcca9e': 'Nordic UART',
};

const characteristicNames: Readonly<Record<string, string>> = {
  '2a00': 'Device Name',
  '2a01': 'Appearance',
  '2a02': 'Peripheral Privacy Flag',
  '2a03': 'Reconnection Address',
  '2a04': 'Peripheral Preferred Connection Parameters',
  '2a05': 'Service Changed',
  '2a06': 'Alert Level',
  '2a07': 'Tx Power Level',
  '2a08': 'Date Time',
  '2a19': 'Battery Level',
  '2a1c': 'Temperature Measurement',
  '2a1d': 'Temperature Type',
  '2a23': 'System ID',
  '2a24': 'Model Number String',
  '2a25': 'Serial Number String',
  '2a26': 'Firmware Revision String',
  '2a27': 'Hardware Revision String',
  '2a28': 'Software Revision String',
  '2a29': 'Manufacturer Name String',
  '2a2a': 'IEEE 11073-20601 Regulatory Certification Data List',
  '2a2b': 'Current Time',
  '2a35': 'Blood Pressure Measurement',
  '2a37': 'Heart Rate Measurement',
  '2a38': 'Body Sensor Location',
  '2a39': 'Heart Rate Control Point',
  '2a4a': 'HID Information',
  '2a4b': 'Report Map',
  '2a4c': 'HID Control Point',
  '2a4d': 'Report',
  '2a4e': 'Protocol Mode',
  '2a50': 'PnP ID',
  '2a53': 'RSC Measurement',
  '2a56': 'Digital',
  '2a58': 'Analog',
  '2a5b': 'CSC Measurement',
  '2a63': 'Cycling Power Measurement',
  '2a67': 'Location and Speed',
  '2a6c': 'Elevation',
  '2a6d': 'Pressure',
  '2a6e': 'Temperature',
  '2a6f': 'Humidity',
  '2a70': 'True Wind Speed',
  '2a72': 'Apparent Wind Speed',
  '2a76': 'UV Index',
  '2a77': 'Irradiance',
  '2a78': 'Rainfall',
  '2a98': 'Weight',
  '2a9d': 'Weight Measurement',
  '2aa6': 'Central Address Resolution',
  '2ac9': 'Resolvable Private Address Only',
  '2b29': 'Client Supported Features',
  '2b2a': 'Database Hash',
  '2b3a': 'Server Supported Features',
  '2b88': 'Encrypted Data Key Material',
  '2bf5': 'LE GATT Security Levels',
  '6e400002-b5a3-f393-e0a9-e50e24dcca9e': 'Nordic UART RX',
  '6e400003-b5a3-f393-e0a9-e50e24dcca9e': 'Nordic UART TX',
};

const descriptorNames: Readonly<Record<string, string>> = {
  '2900': 'Characteristic Extended Properties',
  '2901': 'Characteristic User Description',
  '2902': 'Client Characteristic Configuration',
  '2903': 'Server Characteristic Configuration',
  '2904': 'Characteristic Presentation Format',
  '2905': 'Characteristic Aggregate Format',
  '2906': 'Valid Range',
  '2907': 'External Report Reference',
  '2908': 'Report Reference',
  '290b': 'Environmental Sensing Configuration',
  '290c': 'Environmental Sensing Measurement',
  '290d': 'Environmental Sensing Trigger Setting',
};

const lookUp =
  (names: Readonly<Record<string, string>>) =>
  (uuid: UuidLike): string | undefined => {
    const key = parseUuid(uuid);
    return Object.hasOwn(names, key) ? names[key] : undefined;
  };

/** `Environmental Sensing` for 0x181a; undefined for a service that is not in the table. */
export const serviceName = lookUp(serviceNames);

/** `Temperature` for 0x2a6e; undefined for a characteristic that is not in the table. */
export const characteristicName = lookUp(characteristicNames);

/** `Client Characteristic Configuration` for 0x2902; undefined for a descriptor that is not in the table. */
export const descriptorName = lookUp(descriptorNames);
