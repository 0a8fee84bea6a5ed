/** What went wrong on the data path, by name. */
export const aclCounterNames = [
  'aclMalformed',
  'aclUnknownHandleDropped',
  'aclEarlyKept',
  'aclOfOldLinkDropped',
  'aclUnreadDropped',
  'aclReceiverErrors',
  'aclQueueFull',
  'completedMalformed',
  'completedUnknownHandle',
  'completedTooMany',
] as const;
export type AclCounterName = (typeof aclCounterNames)[number];
