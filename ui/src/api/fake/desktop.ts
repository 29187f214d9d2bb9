import type { Desktop } from "../commands";

/** A window without pickers or events. */
export const fakeDesktop = (): Desktop => ({
  pickFiles: async () => ["/home/quay/Quet/giay-chung-sinh.pdf"],
  pickFolder: async () => "/media/usb/sao-luu",
  pickSavePath: async (suggestedName) => `/home/quay/${suggestedName}`,
  onChanged: () => () => undefined,
  onProgress: () => () => undefined,
  onFilesDropped: () => () => undefined,
});
