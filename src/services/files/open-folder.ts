import type { FileStorage } from './file-storage.ts';

/**
 * The plain files of one folder, as a storage for serveFiles() and FileClient. Nothing outside of it is ever touched: folders in it, symbolic links, hidden
 * files and names that are no file names everywhere do not exist here. What is on its way in lies in hidden files of the form `.jelling-….part` beside them, eight
 * at the most, and gets its name when it is whole.
 *
 * @throws NotFoundError where there is no such folder.
 */
export const openFolder = async (path: string): Promise<FileStorage> => {
  const { FolderStorage } = await import('./folder-storage.ts');
  return FolderStorage.open(path);
};
