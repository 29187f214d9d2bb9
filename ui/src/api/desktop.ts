import { listen } from "@tauri-apps/api/event";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import { open, save } from "@tauri-apps/plugin-dialog";
import type { Desktop } from "./commands";
import type { Progress, Topic } from "./types";

/** Pickers, dropped files and events of the real window. */
export const shellDesktop: Desktop = {
  pickFiles: async () => {
    const picked = await open({ multiple: true });
    return picked ?? [];
  },
  pickFolder: () => open({ directory: true }),
  pickSavePath: (suggestedName) => save({ defaultPath: suggestedName }),
  onChanged: (listener) => stopLater(listen<{ topics: Topic[] }>("changed", ({ payload }) => listener(payload.topics))),
  onProgress: (listener) => stopLater(listen<Progress>("progress", ({ payload }) => listener(payload))),
  onFilesDropped: (listener) =>
    stopLater(
      getCurrentWebview().onDragDropEvent(({ payload }) => {
        if (payload.type === "leave") return listener({ kind: "leave" });
        const { x, y } = payload.position.toLogical(window.devicePixelRatio);
        if (payload.type === "drop") return listener({ kind: "drop", x, y, paths: payload.paths });
        return listener({ kind: "over", x, y });
      }),
    ),
};

/** Listening starts asynchronously; a caller that leaves before it did must still be unsubscribed. */
function stopLater(started: Promise<() => void>): () => void {
  return () => void started.then((stop) => stop());
}
