// tus-js-client sends a file to the gateway: whole, cut off and resumed, in parts side by side, through POST alone.
import { readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const [endpoint, token, path, sha256, way] = process.argv.slice(2)
const file = readFileSync(path)
const CHUNK = 64 * 1024
const CUT_AFTER = 3 * CHUNK

const options = {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { sha256 },
  chunkSize: CHUNK,
  retryDelays: [100, 500],
  overridePatchMethod: way === 'post',
  parallelUploads: way === 'parts' ? 3 : 1,
}

/** Sends until the end, or until so many bytes are there. */
function sent(more, cutAfter = Infinity) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      ...options,
      ...more,
      onError: reject,
      onSuccess: () => resolve(upload.url),
      onChunkComplete: (_size, accepted) => {
        if (accepted >= cutAfter) upload.abort().then(() => resolve(upload.url), reject)
      },
    })
    upload.start()
  })
}

const begun = way === 'cut' ? await sent({}, CUT_AFTER) : undefined
await sent(begun === undefined ? {} : { uploadUrl: begun })
