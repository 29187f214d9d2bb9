// @tus/server takes the files; everything else that a desk asks goes on to its gateway. Says its address when it listens.
import { createServer, request } from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const [gateway, folder] = process.argv.slice(2)
const tus = new Server({ path: '/v1/files', datastore: new FileStore({ directory: folder }) })

const server = createServer((asked, answer) => {
  if (asked.url.startsWith('/v1/files')) {
    tus.handle(asked, answer)
    return
  }
  // It knows no document yet: every one is to be uploaded.
  if (asked.url.includes('/blobs/')) {
    answer.writeHead(404, { 'content-type': 'application/problem+json' }).end()
    return
  }
  const { method, headers } = asked
  const onward = request(gateway + asked.url, { method, headers }, (said) => {
    answer.writeHead(said.statusCode, said.headers)
    said.pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  asked.pipe(onward)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
