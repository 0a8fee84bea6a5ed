export { type BatteryOptions, type BatteryService, batteryService } from './battery.ts';
export { type DeviceInformation, deviceInformationService, type PnpId } from './device-information.ts';
export { FileClient, type FileTransfer, type FileTransferOptions } from './files/file-client.ts';
export { FILE_SERVICE, FileErrorReason } from './files/file-codes.ts';
export { FileError } from './files/file-error.ts';
export type { FileEntry } from './files/file-message.ts';
export { isFileName } from './files/file-name.ts';
export { type FileServer, type FileServerOptions, serveFiles } from './files/file-server.ts';
export type { FileActivity, FileServerEvents } from './files/file-session.ts';
export type {
  AnnouncedFile,
  FileStorage,
  IncomingFile,
  Readable,
  ReadableFile,
} from './files/file-storage.ts';
export type { FileProgress } from './files/file-transfer.ts';
export { openFolder } from './files/open-folder.ts';
export type { UartChannel } from './uart/uart-channel.ts';
export { connectNordicUart } from './uart/uart-client.ts';
export { NORDIC_UART_SERVICE } from './uart/uart-codes.ts';
export { type NordicUartService, nordicUartService } from './uart/uart-service.ts';
