export { type BatteryOptions, type BatteryService, batteryService } from './battery.ts';
export { type DeviceInformation, deviceInformationService, type PnpId } from './device-information.ts';
