// The guide-style function as a handler of API Gateway's proxy events: it signs whatever hash it is given.
import { answer } from '../signing/clients/guide.mjs'

export async function handler(event) {
  const { message, signerAddress } = JSON.parse(event.body)
  return { statusCode: 200, body: JSON.stringify({ signature: await answer(message, signerAddress) }) }
}
