import type { PDFDocumentProxy } from "pdfjs-dist";

/** Opens a PDF with pdf.js, which is loaded only now: the desk starts without it. */
export async function openPdf(base64: string): Promise<PDFDocumentProxy> {
  // The legacy build: the web views of old machines lack what the modern one takes for granted.
  const [pdfjs, worker] = await Promise.all([
    import("pdfjs-dist/legacy/build/pdf.min.mjs"),
    import("pdfjs-dist/legacy/build/pdf.worker.min.mjs?url"),
  ]);
  pdfjs.GlobalWorkerOptions.workerSrc = worker.default;
  const wasmUrl = import.meta.env.DEV ? "/node_modules/pdfjs-dist/wasm/" : "/assets/pdfjs/";
  return pdfjs.getDocument({ data: bytesOf(base64), useWasm: false, wasmUrl, enableXfa: false, useSystemFonts: true }).promise;
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
